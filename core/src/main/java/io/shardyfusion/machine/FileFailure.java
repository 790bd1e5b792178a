package io.shardyfusion.machine;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Tells what a failure of the local file system means, and what to do about it. */
public final class FileFailure {

  private FileFailure() {}

  /**
   * The reason as below, and {@code remedy}, but where the reason is the limit of open files, which
   * has a remedy of its own.
   */
  public static String reason(Throwable failure, String remedy) {
    return reason(failure) + (OpenFileLimit.reason(failure) == null ? "; " + remedy : "");
  }

  /**
   * The reason, and where it is known the remedy, in half a sentence.
   *
   * @param failure of the file system, or of RocksDB at work on it
   */
  public static String reason(Throwable failure) {
    String limit = OpenFileLimit.reason(failure);
    String message = String.valueOf(failure.getMessage());
    if (limit != null) {
      return message.contains("Too many open files") ? limit : message + ": " + limit;
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied for " + message + "; check the owner and mode of the directory";
    }
    if (message.contains("No space left on device") || message.contains("quota exceeded")) {
      return message + "; the disk is full: free some space, or use another directory";
    }
    if (message.contains("File too large")) {
      return message + "; the file system or the process (ulimit -f) allows no larger file";
    }
    if (message.contains("Read-only file system")) {
      return message + "; use a directory that can be written";
    }
    if (failure instanceof NoSuchFileException) {
      return message + " does not exist";
    }
    if (failure instanceof NotDirectoryException) {
      return message + " is no directory";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return message + " exists already";
    }
    return failure.getClass().getSimpleName() + ": " + message;
  }
}
