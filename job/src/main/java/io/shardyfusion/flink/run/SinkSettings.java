package io.shardyfusion.flink.run;

import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.ShardingParser;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.run.RunStart;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a dataset that the operators of one run need to write it.
 *
 * @param dataset its URI
 * @param store how to reach it
 * @param opener opens it
 * @param runId the run, 32 lower-case hexadecimal digits
 * @param lineage the writer job, unless it is restored: then its state knows
 * @param mode {@link ManifestWriter#BATCH} or {@link ManifestWriter#STREAMING}
 * @param startedAt when the run began
 * @param predecessor the newest version when the run began
 * @param parent the manifest that was current then, or null
 * @param getsBefore requests that read objects before the job was submitted
 * @param base what a continuous job that is not restored begins with
 * @param takeover whether to replace what another writer announced
 * @param ifEmpty whether a snapshot without rows may replace one that has some
 * @param publishInterval the least time between two announced versions of a continuous job
 * @param sharding the function from keys to shards
 * @param keyEncoding how keys are stored
 * @param valueFormat what values hold
 * @param profile of the tables
 * @param duplicates what to do with several rows of a key
 * @param custom the user's own entries of the manifest
 * @param checkpointsRetained how many checkpoints Flink keeps
 */
public record SinkSettings(
    String dataset,
    StoreOptions store,
    StoreOpener opener,
    String runId,
    String lineage,
    String mode,
    Instant startedAt,
    Predecessor predecessor,
    @Nullable ManifestRef parent,
    long getsBefore,
    BaseSnapshot base,
    boolean takeover,
    Announcement.IfEmpty ifEmpty,
    Duration publishInterval,
    Sharding sharding,
    KeyEncoding keyEncoding,
    ValueFormat valueFormat,
    TableProfile profile,
    DuplicatePolicy duplicates,
    TreeMap<String, String> custom,
    int checkpointsRetained)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Copies the map. */
  public SinkSettings {
    custom = new TreeMap<>(custom);
  }

  /** Opens an object store, in whichever process an operator runs. */
  @FunctionalInterface
  public interface StoreOpener extends Serializable {

    /** The store of {@code uri}. */
    ObjectStore open(String uri, StoreOptions options);
  }

  /** The dataset's store; the caller closes it. */
  public ObjectStore openStore() {
    return opener.open(dataset, store);
  }

  public boolean isStreaming() {
    return mode.equals(ManifestWriter.STREAMING);
  }

  /**
   * The manifest of the snapshot that a run begins with or replaces, unless it goes on from a
   * checkpoint; null if there is none.
   */
  @Nullable
  public ManifestRef baseManifest() {
    return isStreaming() && base == BaseSnapshot.EMPTY ? null : parent;
  }

  /** The run, for its record. */
  public RunStart start() {
    return new RunStart(runId, mode, startedAt, baseManifest(), getsBefore, checkpointsNoted());
  }

  /**
   * The number of checkpoints of which the run record says what they need. Some may not be among
   * those that Flink keeps: savepoints, and those that were aborted.
   */
  public int checkpointsNoted() {
    return Math.min(checkpointsRetained + 2, Limits.MAX_RUN_CHECKPOINTS);
  }

  /** The most descriptors that are noted of one checkpoint. */
  public int mostNoted() {
    return Limits.MAX_RUN_DESCRIPTORS / checkpointsNoted();
  }

  /** Routing and key encoding, as text: what cannot change in the life of a continuous job. */
  public String shape() {
    return shape(sharding, keyEncoding);
  }

  public static String shape(Sharding sharding, KeyEncoding keyEncoding) {
    return ShardingParser.describe(sharding) + ", key encoding " + keyEncoding.externalName();
  }
}
