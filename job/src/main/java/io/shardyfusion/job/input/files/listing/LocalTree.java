package io.shardyfusion.job.input.files.listing;

import io.shardyfusion.machine.OpenFileLimit;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The files of this machine. Says what Flink's own filesystem only says is not there. */
record LocalTree() implements FileTree {

  @Override
  public @Nullable FileEntry find(org.apache.flink.core.fs.Path path) throws IOException {
    return entry(path, LocalPaths.toFile(path));
  }

  @Override
  public List<FileEntry> list(
      org.apache.flink.core.fs.Path directory, BiConsumer<String, IOException> unreadable)
      throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(LocalPaths.toFile(directory))) {
      for (Path file : files) {
        add(directory, file, entries, unreadable);
      }
    } catch (DirectoryIteratorException e) {
      IOException cause = e.getCause();
      throw new IOException(cause == null ? e.toString() : reason(cause), e);
    } catch (IOException e) {
      throw new IOException(reason(e), e);
    }
    return entries;
  }

  private static void add(
      org.apache.flink.core.fs.Path directory,
      Path file,
      List<FileEntry> entries,
      BiConsumer<String, IOException> unreadable) {
    org.apache.flink.core.fs.Path path;
    try {
      path = LocalPaths.child(directory, file);
    } catch (CharacterCodingException e) {
      unreadable.accept(
          directory.getPath() + "/" + LocalPaths.escapedName(file),
          new NotAnInputException("its name is not valid UTF-8; rename it"));
      return;
    }
    if (SkippedNames.skips(path.getName())) {
      entries.add(new FileEntry(path, false, 0, 0, null));
      return;
    }
    try {
      FileEntry entry = entry(path, file);
      if (entry != null) {
        entries.add(entry);
      }
    } catch (IOException e) {
      unreadable.accept(path.getPath(), e);
    }
  }

  /** The entry at the path; null if nothing is there, any longer. */
  private static @Nullable FileEntry entry(org.apache.flink.core.fs.Path path, Path file)
      throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      if (Files.isSymbolicLink(file)) {
        throw new NotAnInputException(
            "it is a link to "
                + Files.readSymbolicLink(file)
                + ", which does not exist; remove the link, or bring back where it leads");
      }
      return null;
    } catch (IOException e) {
      if (isBelowAFile(e)) {
        return null;
      }
      throw isLoop(e) ? new NotAnInputException(reason(e)) : new IOException(reason(e), e);
    }
    if (!found.isDirectory() && !found.isRegularFile()) {
      throw new NotAnInputException(
          "it is neither a file nor a directory, but a pipe, a socket or a device; write its data"
              + " into a file");
    }
    if (!Files.isReadable(file)) {
      throw new IOException(reason(new AccessDeniedException("")));
    }
    return new FileEntry(
        path,
        found.isDirectory(),
        found.isDirectory() ? 0 : found.size(),
        found.lastModifiedTime().toMillis(),
        found.fileKey());
  }

  private static boolean isBelowAFile(IOException e) {
    return e instanceof FileSystemException failure
        && "Not a directory".equals(failure.getReason());
  }

  private static boolean isLoop(IOException e) {
    return e instanceof FileSystemException failure
        && failure.getReason() != null
        && failure.getReason().contains("symbolic link");
  }

  private static String reason(IOException e) {
    String limit = OpenFileLimit.reason(e);
    if (limit != null) {
      return limit;
    }
    if (e instanceof AccessDeniedException) {
      return "access is denied; give the user of this process the right to read it";
    }
    if (e instanceof NoSuchFileException) {
      return "it is not there any longer";
    }
    if (e instanceof FileSystemException failure) {
      if (isLoop(e)) {
        return "it is a link that leads back to itself; remove it";
      }
      String reason = failure.getReason();
      return reason == null ? failure.getClass().getSimpleName() : reason;
    }
    return String.valueOf(e.getMessage());
  }
}
