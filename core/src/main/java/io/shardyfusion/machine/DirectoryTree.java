package io.shardyfusion.machine;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Deletes directories with all that is in them. */
public final class DirectoryTree {

  private DirectoryTree() {}

  /**
   * Deletes a directory with all that is in it, or a file; nothing if there is none. Follows no
   * links. What another deletes meanwhile is fine.
   *
   * @throws IOException if something could not be deleted; some of it may be gone
   */
  public static void delete(Path root) throws IOException {
    if (Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
        for (Path entry : entries) {
          delete(entry);
        }
      } catch (NoSuchFileException e) {
        return;
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    Files.deleteIfExists(root);
  }
}
