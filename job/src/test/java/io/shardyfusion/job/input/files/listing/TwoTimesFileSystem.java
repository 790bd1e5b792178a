package io.shardyfusion.job.input.files.listing;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileStatus;
import org.apache.flink.core.fs.local.LocalFileSystem;

/**
 * This machine's files by another scheme, with the times that some object stores give: milliseconds
 * in a listing, whole seconds for one file.
 */
public final class TwoTimesFileSystem extends LocalFileSystem {

  private static final String SCHEME = "twotimes";

  /** The path, by this filesystem, of a file of this machine. */
  public static String path(java.nio.file.Path file) {
    return SCHEME + "://" + file;
  }

  /** Changes when a file was changed, to 789 milliseconds after a second. */
  public static void setTime(java.nio.file.Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.fromMillis(123_456_789));
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public boolean isDistributedFS() {
    return true;
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    super.getFileStatus(path);
    return new LocalFileStatus(pathToFile(path), this) {
      @Override
      public long getModificationTime() {
        return super.getModificationTime() / 1000 * 1000;
      }
    };
  }

  @Override
  public FileStatus[] listStatus(Path directory) throws IOException {
    FileStatus[] children = super.listStatus(directory);
    for (int i = 0; i < children.length; i++) {
      children[i] = super.getFileStatus(children[i].getPath());
    }
    return children;
  }

  /** Finds the filesystem for Flink. */
  public static final class Factory implements FileSystemFactory {

    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public FileSystem create(URI uri) {
      return new TwoTimesFileSystem();
    }
  }
}
