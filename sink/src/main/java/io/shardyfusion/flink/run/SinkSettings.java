package io.shardyfusion.flink.run;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.ShardingParser;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.format.ValueSchema;
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
 * The facts that the operators of one run need. They travel with the job's graph and are in no
 * checkpoint, so their form may change with each release.
 *
 * @param target the dataset
 * @param run the run that writes it
 * @param start the state of the dataset that the run begins with
 * @param content what is written
 * @param publishing when and how it is announced
 */
public record SinkSettings(
    Target target, Run run, Start start, Content content, Publishing publishing)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Opens an object store, in whichever process an operator runs. */
  @FunctionalInterface
  public interface StoreOpener extends Serializable {

    /** The store of {@code uri}. */
    ObjectStore open(String uri, StoreOptions options);
  }

  /**
   * The dataset, and how to reach it.
   *
   * @param dataset its URI
   * @param store the options of its store
   * @param opener opens it
   */
  public record Target(String dataset, StoreOptions store, StoreOpener opener)
      implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Opens the dataset's store; the caller closes it. */
    public ObjectStore open() {
      return opener.open(dataset, store);
    }
  }

  /**
   * The run.
   *
   * @param id 32 lower-case hexadecimal digits
   * @param lineage the writer job, unless it is restored: then its state knows
   * @param mode the kind of run
   * @param startedAt when it began
   * @param getsBefore requests that read objects before the job was submitted
   */
  public record Run(String id, String lineage, RunMode mode, Instant startedAt, long getsBefore)
      implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Checks the id, which the user may choose. */
    public Run {
      try {
        Layout.checkId(id);
      } catch (IllegalArgumentException e) {
        throw new InvalidRequestException("the id of a run: " + e.getMessage(), e);
      }
    }

    /** True in a continuous job. */
    public boolean isStreaming() {
      return mode == RunMode.STREAMING;
    }
  }

  /**
   * The state of the dataset that a run begins with, unless it goes on from a checkpoint.
   *
   * @param predecessor the newest version when the run began, or any with {@code takeover}
   * @param current the manifest that was current then, or null
   * @param base what a continuous job begins on top of
   * @param takeover whether to replace what another writer announced
   */
  public record Start(
      Predecessor predecessor, @Nullable ManifestRef current, BaseSnapshot base, boolean takeover)
      implements Serializable {

    private static final long serialVersionUID = 1L;

    /**
     * The manifest of the snapshot that a continuous job begins on top of; null if there is none.
     */
    @Nullable
    public ManifestRef onTopOf() {
      return base == BaseSnapshot.EMPTY ? null : current;
    }
  }

  /**
   * The form and the tables of what is written.
   *
   * @param sharding the function from keys to shards
   * @param keyEncoding how keys are stored
   * @param valueFormat what values hold
   * @param valueSchema the schema that values are written by, or null
   * @param profile of the tables
   * @param duplicates what to do with several rows of a key
   * @param custom the user's own entries of the manifest
   */
  public record Content(
      Sharding sharding,
      KeyEncoding keyEncoding,
      ValueFormat valueFormat,
      @Nullable ValueSchema valueSchema,
      TableProfile profile,
      DuplicatePolicy duplicates,
      TreeMap<String, String> custom)
      implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Copies the map. */
    public Content {
      custom = new TreeMap<>(custom);
    }

    /** The number of shards that keys are routed to. */
    public int numShards() {
      return sharding.numShards();
    }

    /** Routing and key encoding, as text: what cannot change in the life of a continuous job. */
    public String shape() {
      return shape(sharding, keyEncoding);
    }

    /** The same, of any sharding and key encoding. */
    public static String shape(Sharding sharding, KeyEncoding keyEncoding) {
      return ShardingParser.describe(sharding) + ", key encoding " + keyEncoding.externalName();
    }
  }

  /**
   * When and how versions are announced.
   *
   * @param ifEmpty whether a snapshot without rows may replace one that has some
   * @param interval the least time between two announced versions of a continuous job
   * @param checkpointsRetained how many checkpoints Flink keeps, at least 1
   */
  public record Publishing(Announcement.IfEmpty ifEmpty, Duration interval, int checkpointsRetained)
      implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Takes what Flink takes for one checkpoint as one. */
    public Publishing {
      checkpointsRetained = Math.max(1, checkpointsRetained);
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
  }

  /** The run, for its record. */
  public RunStart runStart() {
    return new RunStart(
        run.id(),
        run.mode(),
        run.startedAt(),
        run.isStreaming() ? start.onTopOf() : start.current(),
        run.getsBefore(),
        publishing.checkpointsNoted());
  }
}
