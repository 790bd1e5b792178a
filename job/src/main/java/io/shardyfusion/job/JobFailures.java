package io.shardyfusion.job;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import java.util.Optional;
import org.apache.flink.util.ExceptionUtils;

/** Finds what went wrong in the chain of causes in which Flink wraps a failure. */
final class JobFailures {

  private JobFailures() {}

  /**
   * The exception of ours that made a job fail, or a {@link StorageException} around anything else.
   */
  static ShardyfusionException translate(Throwable failure) {
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    ClassLoader loader = JobFailures.class.getClassLoader();
    Optional<ShardyfusionException> ours =
        ExceptionUtils.findSerializedThrowable(failure, ShardyfusionException.class, loader);
    return ours.orElseGet(
        () ->
            new StorageException(
                "the job failed, and nothing was announced: " + rootMessage(failure), failure));
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }
}
