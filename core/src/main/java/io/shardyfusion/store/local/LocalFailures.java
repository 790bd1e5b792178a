package io.shardyfusion.store.local;

import io.shardyfusion.StorageException;
import io.shardyfusion.machine.FileFailure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tells what a failure of the local file system means, and what to do about it. */
final class LocalFailures {

  private final Path root;

  LocalFailures(Path root) {
    this.root = root;
  }

  /**
   * The exception for {@code e}.
   *
   * @param action what failed, such as {@code write 'a/b'}
   */
  StorageException explained(String action, IOException e) {
    if (e instanceof ClosedByInterruptException
        || e instanceof FileLockInterruptionException
        || e instanceof InterruptedIOException) {
      Thread.currentThread().interrupt();
    }
    return new StorageException(
        "could not " + action + " in the directory " + root + ": " + reason(e), e);
  }

  /** The innermost part of {@code path} that exists and is no directory, if it hides the rest. */
  static @Nullable Path obstacle(Path path) {
    for (Path at = path; at != null; at = at.getParent()) {
      if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
        return Files.isDirectory(at) ? null : at;
      }
    }
    return null;
  }

  private String reason(IOException e) {
    if (Thread.currentThread().isInterrupted()) {
      return "the thread was interrupted";
    }
    Path obstacle = obstacle(root);
    if (obstacle != null) {
      return obstacle + " is no directory; name a directory, or a path where one can be made";
    }
    return FileFailure.reason(e);
  }
}
