package io.shardyfusion.job;

import io.shardyfusion.StorageException;
import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints and savepoints that earlier runs left in a directory: {@code <job>/chk-<n>} and
 * {@code savepoint-…}.
 */
final class RetainedCheckpoints {

  private static final Logger LOG = LoggerFactory.getLogger(RetainedCheckpoints.class);
  private static final String METADATA = "_metadata";

  // Two letters at least: a single one is a drive of Windows.
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:");

  private RetainedCheckpoints() {}

  /**
   * The newest complete one, by the time of its metadata, which is written last. One whose metadata
   * cannot be read is passed over, with a warning.
   *
   * @throws StorageException if the directory cannot be listed
   */
  static Optional<String> newest(String directory) {
    List<FileStatus> found = new ArrayList<>();
    try {
      Path root = new Path(uri(directory));
      FileSystem fs = root.getFileSystem();
      for (FileStatus child : list(fs, root)) {
        if (child.isDir() && !addMetadata(fs, child.getPath(), found)) {
          for (FileStatus checkpoint : list(fs, child.getPath())) {
            if (checkpoint.isDir()) {
              addMetadata(fs, checkpoint.getPath(), found);
            }
          }
        }
      }
      found.sort(Comparator.comparingLong(FileStatus::getModificationTime).reversed());
      for (FileStatus metadata : found) {
        if (isComplete(fs, metadata.getPath())) {
          return Optional.of(metadata.getPath().getParent().toString());
        }
      }
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new StorageException(
          "the checkpoint directory "
              + directory
              + " cannot be listed: "
              + e
              + "; see --checkpoint-dir",
          e);
    }
  }

  /** The directory as an absolute URI: a relative path is one of this process. */
  static String uri(String directory) {
    return SCHEME.matcher(directory).lookingAt()
        ? directory
        : java.nio.file.Path.of(directory).toAbsolutePath().toUri().toString();
  }

  private static boolean addMetadata(FileSystem fs, Path checkpoint, List<FileStatus> found)
      throws IOException {
    try {
      found.add(fs.getFileStatus(new Path(checkpoint, METADATA)));
      return true;
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private static boolean isComplete(FileSystem fs, Path metadata) {
    try (DataInputStream in = new DataInputStream(fs.open(metadata))) {
      Checkpoints.loadCheckpointMetadata(
          in, RetainedCheckpoints.class.getClassLoader(), metadata.toString());
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.warn("The checkpoint {} cannot be read, and is passed over.", metadata, e);
      return false;
    }
  }

  private static List<FileStatus> list(FileSystem fs, Path directory) throws IOException {
    try {
      FileStatus[] children = fs.listStatus(directory);
      return children == null ? List.of() : List.of(children);
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }
}
