package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.flink.publishing.SinkCheckpoint;
import io.shardyfusion.surroundings.LocalPath;
import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
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
   * A checkpoint or savepoint.
   *
   * @param path its directory
   * @param sink what it says of the job that took it
   */
  record Retained(String path, SinkCheckpoint sink) {}

  /**
   * The retained checkpoints of a directory.
   *
   * @param ours those of jobs that write datasets
   * @param others the directories of those of other jobs
   */
  record Found(List<Retained> ours, List<String> others) {}

  /**
   * The complete ones. One whose metadata cannot be read is passed over, with a warning, where
   * there is another.
   *
   * @throws StorageException if the directory cannot be listed, or none of those that are there can
   *     be read: that there is none is another thing
   */
  static Found in(String directory) {
    List<Path> found = new ArrayList<>();
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
      List<Retained> ours = new ArrayList<>();
      List<String> others = new ArrayList<>();
      List<String> unreadable = new ArrayList<>();
      for (Path metadata : found) {
        sort(fs, metadata, ours, others, unreadable);
      }
      if (ours.isEmpty() && !unreadable.isEmpty()) {
        throw new StorageException(
            """
            no checkpoint in %s can be read: %s; repair what keeps them from being read, or, \
            if they are incomplete, begin with --restore none"""
                .formatted(directory, String.join("; ", unreadable)),
            null);
      }
      return new Found(List.copyOf(ours), List.copyOf(others));
    } catch (IOException | IllegalArgumentException e) {
      throw new StorageException(
          "the checkpoint directory %s cannot be listed: %s; see --checkpoint-dir"
              .formatted(directory, e),
          e);
    }
  }

  private static void sort(
      FileSystem fs,
      Path metadata,
      List<Retained> ours,
      List<String> others,
      List<String> unreadable) {
    String path = metadata.getParent().toString();
    try (DataInputStream in = new DataInputStream(fs.open(metadata))) {
      Optional<SinkCheckpoint> sink =
          SinkCheckpoint.of(
              Checkpoints.loadCheckpointMetadata(
                  in, RetainedCheckpoints.class.getClassLoader(), metadata.toString()));
      sink.ifPresentOrElse(s -> ours.add(new Retained(path, s)), () -> others.add(path));
    } catch (IOException | RuntimeException e) {
      LOG.warn("The checkpoint {} cannot be read, and is passed over.", metadata, e);
      unreadable.add(metadata + ": " + e);
    }
  }

  /**
   * The directory as Flink writes it, absolute and without escapes: a relative path is one of this
   * process.
   *
   * @throws InvalidRequestException if it is a path that no file here can have
   */
  static String uri(String directory) {
    if (!SCHEME.matcher(directory).lookingAt()) {
      return Path.fromLocalFile(LocalPath.of(directory).toAbsolutePath().toFile()).toString();
    }
    LocalPath.check(directory);
    return directory;
  }

  private static boolean addMetadata(FileSystem fs, Path checkpoint, List<Path> found)
      throws IOException {
    try {
      found.add(fs.getFileStatus(new Path(checkpoint, METADATA)).getPath());
      return true;
    } catch (FileNotFoundException e) {
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
