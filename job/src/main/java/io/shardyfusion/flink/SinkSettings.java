package io.shardyfusion.flink;

import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.shard.TableProfile;
import io.shardyfusion.store.StoreOptions;
import java.io.Serializable;
import java.time.Instant;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the operators of one run must know of the dataset that they write.
 *
 * @param dataset its URI
 * @param store how to reach it
 * @param runId the run, 32 lower-case hexadecimal digits
 * @param lineage the writer job, likewise
 * @param startedAt when the run began
 * @param base the newest version when the run began, or null to replace whatever is announced in
 *     between
 * @param parent the manifest that was current then, or null
 * @param sharding the function from keys to shards
 * @param keyEncoding how keys are stored
 * @param valueFormat what values hold
 * @param profile of the tables
 * @param duplicates what to do with several rows of a key
 * @param custom the user's own entries of the manifest
 */
record SinkSettings(
    String dataset,
    StoreOptions store,
    String runId,
    String lineage,
    Instant startedAt,
    @Nullable Long base,
    @Nullable ManifestRef parent,
    Sharding sharding,
    KeyEncoding keyEncoding,
    ValueFormat valueFormat,
    TableProfile profile,
    DuplicatePolicy duplicates,
    TreeMap<String, String> custom)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Copies the map. */
  SinkSettings {
    custom = new TreeMap<>(custom);
  }
}
