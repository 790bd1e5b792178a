package io.shardyfusion.job.input.files.listing;

import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.jspecify.annotations.Nullable;

/** The files and directories of a filesystem. Stateless. */
public sealed interface FileTree permits LocalTree, RemoteTree {

  /**
   * The tree that a path is in.
   *
   * @throws UnsupportedFileSystemSchemeException if Flink has no such filesystem
   * @throws IOException if the filesystem does not answer
   */
  static FileTree of(Path path) throws IOException {
    return LocalPaths.isLocal(path) ? new LocalTree() : new RemoteTree(path.getFileSystem());
  }

  /**
   * Returns whether two times are the same for the file at a path. Either may be one that an older
   * release kept, which kept milliseconds of all filesystems.
   */
  static boolean isSameTime(Path path, long one, long other) {
    return LocalPaths.isLocal(path)
        ? one == other
        : RemoteTree.wholeSeconds(one) == RemoteTree.wholeSeconds(other);
  }

  /**
   * The file or directory at a path, or null if nothing is there.
   *
   * @throws IOException whose message says why that cannot be told, or cannot be read
   */
  @Nullable FileEntry find(Path path) throws IOException;

  /**
   * The entries of a directory, in no particular order.
   *
   * @param unreadable is told what in it cannot be read: its path as messages show it, and why
   * @throws IOException whose message says why the directory cannot be listed
   */
  List<FileEntry> list(Path directory, BiConsumer<String, IOException> unreadable)
      throws IOException;
}
