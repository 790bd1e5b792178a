package io.shardyfusion.job.input.files;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.files.listing.FileEntry;
import io.shardyfusion.job.input.files.listing.FileTree;
import io.shardyfusion.job.input.rows.ShownPath;
import java.io.IOException;
import java.time.Instant;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a failure to read a file: if the file changed meanwhile, that is the failure. A
 * batch, which needs each file as it was listed, then ends; a continuous job restarts, and its
 * {@link FilesReader} reads the file as it is now, or passes over one that is gone.
 *
 * @param split the file as it was found
 * @param onChange what a change means
 */
public record ReadFailures(FileSourceSplit split, OnChange onChange) {

  /** The consequence of finding that a file is not the one that was listed. */
  public enum OnChange {
    /** The run ends, with an error. */
    END,
    /** The job goes back to its last checkpoint, and on with the file as it is then. */
    RESTART
  }

  /**
   * The exception to throw instead of {@code failure}, which a restart cannot mend if the file is
   * still as it was.
   */
  RuntimeException of(ShardyfusionException failure) {
    String change = change();
    if (change == null) {
      return failure instanceof StorageException ? failure : new SuppressRestartsException(failure);
    }
    return onChange == OnChange.RESTART
        ? new StorageException(
            change + "; the job restarts, and goes on with what is there then", failure)
        : new SuppressRestartsException(ended(change, failure));
  }

  /**
   * Checks that the file is still the one that was found, where that matters; a file that is gone
   * was read to its end nevertheless.
   */
  void requireUnchanged() {
    String change = onChange == OnChange.END ? change() : null;
    if (change != null) {
      throw new SuppressRestartsException(ended(change, null));
    }
  }

  private static DataDamagedException ended(String change, @Nullable Exception cause) {
    return new DataDamagedException(change + "; let the input come to rest, and run again", cause);
  }

  /**
   * A sentence, without its full stop, that the file has changed; null if it has not. For a batch,
   * a file that is gone, or does not answer, has not: the failure itself tells more.
   */
  private @Nullable String change() {
    String file = "the input file " + ShownPath.of(split.path());
    FileEntry now;
    try {
      now = FileTree.of(split.path()).find(split.path());
    } catch (IOException e) {
      return onChange == OnChange.END
          ? null
          : file + " may have changed while it was read, which cannot be told: " + e.getMessage();
    }
    if (now == null) {
      return onChange == OnChange.END ? null : file + " went while it was read";
    }
    if (now.length() == split.fileSize()
        && FileTree.isSameTime(
            split.path(), now.modificationTime(), split.fileModificationTime())) {
      return null;
    }
    return "%s changed while it was read: it had %s when it was listed, and has %s now"
        .formatted(
            file,
            described(split.fileSize(), split.fileModificationTime()),
            described(now.length(), now.modificationTime()));
  }

  private static String described(long length, long modificationTime) {
    return length + " bytes of " + Instant.ofEpochMilli(modificationTime);
  }
}
