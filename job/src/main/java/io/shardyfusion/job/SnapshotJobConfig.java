package io.shardyfusion.job;

import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.store.StoreOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The input and the dataset of a run.
 *
 * @param input where rows come from
 * @param dataset the URI of the dataset
 * @param store how to reach it
 * @param content the shards, the tables and the manifest
 * @param replacing the versions that may be replaced
 * @param parallelism of the job, or null for the environment's
 * @param continuous how a continuous job goes on, or null for a bounded backfill
 */
public record SnapshotJobConfig(
    InputOptions input,
    String dataset,
    StoreOptions store,
    Content content,
    Replacing replacing,
    @Nullable Integer parallelism,
    @Nullable ContinuousOptions continuous) {

  /**
   * The shards, the tables and the manifest; keys and values are the input's.
   *
   * @param sharding the function from keys to shards
   * @param valueSchema the schema that values are written by, or null
   * @param profile of the tables
   * @param duplicates what to do with several rows of a key
   * @param custom the user's own entries of the manifest
   */
  public record Content(
      Sharding sharding,
      @Nullable ValueSchema valueSchema,
      TableProfile profile,
      DuplicatePolicy duplicates,
      Map<String, String> custom) {

    /** Copies the map. */
    public Content {
      custom = Map.copyOf(custom);
    }

    int numShards() {
      return sharding.numShards();
    }
  }

  /**
   * The versions of the dataset that may be replaced.
   *
   * @param takeover whether to take the dataset over from another writer
   * @param allowEmpty whether a result without rows may replace a version that has some
   * @param allowSchemaChange whether the value schema may change to one whose values the current
   *     version's cannot read
   */
  public record Replacing(boolean takeover, boolean allowEmpty, boolean allowSchemaChange) {}

  /** Checks that a backfill reads something that ends. */
  public SnapshotJobConfig {
    if (continuous == null) {
      input.paths();
    }
  }
}
