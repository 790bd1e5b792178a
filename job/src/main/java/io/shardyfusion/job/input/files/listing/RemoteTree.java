package io.shardyfusion.job.input.files.listing;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of any filesystem that Flink knows. Their times are whole seconds: some object stores
 * list milliseconds, and leave them out when they are asked for one object.
 */
record RemoteTree(FileSystem fs) implements FileTree {

  @Override
  public @Nullable FileEntry find(Path path) throws IOException {
    try {
      return entry(fs.getFileStatus(path));
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  @Override
  public List<FileEntry> list(Path directory, BiConsumer<String, IOException> unreadable)
      throws IOException {
    FileStatus[] children = fs.listStatus(directory);
    if (children == null) {
      throw new FileNotFoundException("it is not there any longer");
    }
    return Stream.of(children).map(this::entry).toList();
  }

  private FileEntry entry(FileStatus status) {
    return new FileEntry(
        status.getPath().makeQualified(fs),
        status.isDir(),
        status.getLen(),
        wholeSeconds(status.getModificationTime()),
        null);
  }

  static long wholeSeconds(long millis) {
    return millis - Math.floorMod(millis, 1000);
  }
}
