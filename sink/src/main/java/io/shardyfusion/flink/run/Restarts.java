package io.shardyfusion.flink.run;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/** Tells Flink which failures a restart of the job cannot mend: all but those of the storage. */
public final class Restarts {

  private Restarts() {}

  /** The exception to throw in a task instead of {@code failure}. */
  public static RuntimeException unlessPointless(ShardyfusionException failure) {
    return failure instanceof StorageException ? failure : new SuppressRestartsException(failure);
  }
}
