package io.shardyfusion.job.embedded;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.machine.OpenFileLimit;
import java.io.FileNotFoundException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.apache.flink.util.ExceptionUtils;

/** Finds what went wrong in the chain of causes in which Flink wraps a failure. */
public final class JobFailures {

  /**
   * Flink's message begins with this where a restored operator had another number of key groups.
   */
  private static final String OTHER_MAX_PARALLELISM = "Max parallelism mismatch";

  /** Flink's message begins with this where no checkpoint is at the path that it was given. */
  private static final String NO_CHECKPOINT = "Cannot find checkpoint or savepoint";

  /** Flink's message begins with this where the checkpoint has operators that the job has not. */
  private static final String OTHER_OPERATORS = "Cannot map checkpoint/savepoint state";

  private JobFailures() {}

  /**
   * The exception of ours that made a job fail, or a {@link StorageException} around anything else.
   */
  public static ShardyfusionException translate(Throwable failure) {
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    ClassLoader loader = JobFailures.class.getClassLoader();
    Optional<ShardyfusionException> ours =
        ExceptionUtils.findSerializedThrowable(failure, ShardyfusionException.class, loader);
    return ours.orElseGet(() -> ofFlink(failure));
  }

  private static ShardyfusionException ofFlink(Throwable failure) {
    String message = rootMessage(failure);
    if (message.contains(OTHER_MAX_PARALLELISM)) {
      return new InvalidRequestException(
          "the checkpoint is of a job with another number of shards, which cannot change; restore with the same number,"
              + " or publish the dataset anew with a backfill: "
              + message,
          failure);
    }
    if (message.contains(OTHER_OPERATORS)) {
      return new InvalidRequestException(
          "the checkpoint is of another job, with another kind of input or other operators; restore with the options of"
              + " the run that took it, or begin on top of the current version with --base current: "
              + message,
          failure);
    }
    String limit = OpenFileLimit.reason(failure);
    return new StorageException("the job failed: " + (limit == null ? message : limit), failure);
  }

  /** Returns whether there is nothing, or nothing whole, where a job was told to restore from. */
  public static boolean isMissingCheckpoint(Throwable failure, String path) {
    if (OpenFileLimit.reason(failure) != null) {
      return false; // A file that cannot be opened for that reason is "not found", too.
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains(NO_CHECKPOINT)
          || ((cause instanceof FileNotFoundException || cause instanceof NoSuchFileException)
              && message.contains(nameOf(path)))) {
        return true;
      }
    }
    return false;
  }

  /** The last part of a path or URI, which every form of it has. */
  private static String nameOf(String path) {
    return path.replaceAll("/+$", "").replaceFirst(".*/", "");
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }
}
