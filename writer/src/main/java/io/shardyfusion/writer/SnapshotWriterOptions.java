package io.shardyfusion.writer;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.store.StoreOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The options of a {@link SnapshotWriter}. Immutable. */
public final class SnapshotWriterOptions {

  private static final long DEFAULT_SORT_MEMORY = 64L << 20;
  private static final long MAX_SORT_MEMORY = 16L << 30;

  private final Builder set;
  private final Sharding sharding;

  private SnapshotWriterOptions(Builder builder) {
    this.set = new Builder(builder);
    if (builder.sharding == null) {
      throw new InvalidRequestException(
          "the number of shards of " + builder.dataset + " is not given: call shards(…)");
    }
    this.sharding = builder.sharding;
  }

  /**
   * Options for a dataset, {@code s3://bucket/prefix} or {@code file:///dir}; the number of shards
   * must follow.
   */
  public static Builder builder(String dataset) {
    return new Builder(dataset);
  }

  String dataset() {
    return set.dataset;
  }

  StoreOptions store() {
    return set.store;
  }

  Sharding sharding() {
    return sharding;
  }

  KeyEncoding keyEncoding() {
    return set.keyEncoding;
  }

  ValueFormat valueFormat() {
    return set.valueFormat;
  }

  @Nullable ValueSchema valueSchema() {
    return set.valueSchema;
  }

  boolean allowSchemaChange() {
    return set.allowSchemaChange;
  }

  TableProfile profile() {
    return set.profile;
  }

  DuplicatePolicy duplicates() {
    return set.duplicates;
  }

  Map<String, String> custom() {
    return set.custom;
  }

  Announcement.IfEmpty ifEmpty() {
    return set.ifEmpty;
  }

  boolean takeover() {
    return set.takeover;
  }

  long sortMemoryBytes() {
    return set.sortMemoryBytes;
  }

  /** The number of ranges of shards that are sorted and built side by side. */
  int parallelism() {
    long mostRanges = Math.min(sharding.numShards(), set.sortMemoryBytes / ShardRange.PAGE_BYTES);
    return (int) Math.min(set.parallelism, mostRanges);
  }

  Optional<Path> directory() {
    return Optional.ofNullable(set.directory);
  }

  /** Builds options. Not thread-safe. */
  public static final class Builder {

    private final String dataset;
    private StoreOptions store = StoreOptions.defaults();
    private @Nullable Sharding sharding;
    private KeyEncoding keyEncoding = KeyEncoding.I64;
    private ValueFormat valueFormat = ValueFormat.BYTES;
    private @Nullable ValueSchema valueSchema;
    private boolean allowSchemaChange;
    private TableProfile profile = TableProfile.BALANCED;
    private DuplicatePolicy duplicates = DuplicatePolicy.LAST;
    private Map<String, String> custom = Map.of();
    private Announcement.IfEmpty ifEmpty = Announcement.IfEmpty.REFUSE;
    private boolean takeover;
    private long sortMemoryBytes = DEFAULT_SORT_MEMORY;
    private int parallelism = Runtime.getRuntime().availableProcessors();
    private @Nullable Path directory;

    private Builder(String dataset) {
      this.dataset = dataset;
    }

    private Builder(Builder from) {
      dataset = from.dataset;
      store = from.store;
      sharding = from.sharding;
      keyEncoding = from.keyEncoding;
      valueFormat = from.valueFormat;
      valueSchema = from.valueSchema;
      allowSchemaChange = from.allowSchemaChange;
      profile = from.profile;
      duplicates = from.duplicates;
      custom = from.custom;
      ifEmpty = from.ifEmpty;
      takeover = from.takeover;
      sortMemoryBytes = from.sortMemoryBytes;
      parallelism = from.parallelism;
      directory = from.directory;
    }

    /** Sets how to reach the store of the dataset. Default: as the environment configures it. */
    public Builder store(StoreOptions options) {
      store = options;
      return this;
    }

    /**
     * Routes keys to that many shards by their hash. This or {@link #sharding} is required.
     *
     * @throws InvalidRequestException if there cannot be as many
     */
    public Builder shards(int numShards) {
      return sharding(new HashSharding(numShards));
    }

    /**
     * Routes keys to shards by {@code function}. A dataset's readers need the module of its
     * strategy.
     */
    public Builder sharding(Sharding function) {
      sharding = function;
      return this;
    }

    /** Sets how keys are stored. Default: {@link KeyEncoding#I64}, for integer keys. */
    public Builder keyEncoding(KeyEncoding encoding) {
      keyEncoding = encoding;
      return this;
    }

    /** Sets what values hold: a hint for people and tools. Default: bytes. */
    public Builder valueFormat(ValueFormat format) {
      valueFormat = format;
      return this;
    }

    /**
     * Records the schema that values are written by, for those who decode them and for the check of
     * the next change of it; made by {@link io.shardyfusion.schema.ValueSchemas}. Values are not
     * checked against it. Default: none.
     */
    public Builder valueSchema(ValueSchema schema) {
      valueSchema = schema;
      return this;
    }

    /**
     * Lets the value schema change to one whose values the current version's cannot read. Default:
     * {@link SnapshotWriter#open} refuses that.
     */
    public Builder allowSchemaChange() {
      allowSchemaChange = true;
      return this;
    }

    /** Sets how tables are laid out. Default: {@link TableProfile#BALANCED}. */
    public Builder profile(TableProfile tableProfile) {
      profile = tableProfile;
      return this;
    }

    /** Sets whether several rows of one key are an error. Default: the last one wins. */
    public Builder duplicates(DuplicatePolicy policy) {
      duplicates = policy;
      return this;
    }

    /** Sets entries of your own in the manifest. Default: none. */
    public Builder custom(Map<String, String> entries) {
      custom = Map.copyOf(entries);
      return this;
    }

    /**
     * Lets a snapshot without rows replace one that has some. Default: {@link
     * SnapshotWriter#publish()} refuses that.
     */
    public Builder allowEmpty() {
      ifEmpty = Announcement.IfEmpty.ANNOUNCE;
      return this;
    }

    /**
     * Replaces whatever another writer announces meanwhile. Default: {@link
     * SnapshotWriter#publish()} refuses that.
     */
    public Builder takeover() {
      takeover = true;
      return this;
    }

    /**
     * Sets the memory in which rows are sorted, in bytes, outside of the heap; what does not fit is
     * spilled to the local disk. The ranges of shards share it equally, and no row can be larger
     * than a range's part. Besides, a row takes 16 bytes of the heap until it is spilled, and a
     * range that has spilled takes up to 16 MiB outside of the heap while it merges. Default: 64
     * MiB.
     *
     * @throws InvalidRequestException if it is less than 1 MiB or more than 16 GiB
     */
    public Builder sortMemoryBytes(long bytes) {
      if (bytes < ShardRange.PAGE_BYTES || bytes > MAX_SORT_MEMORY) {
        throw new InvalidRequestException(
            "sortMemoryBytes must be 1048576 (1 MiB) to 17179869184 (16 GiB), found " + bytes);
      }
      sortMemoryBytes = bytes;
      return this;
    }

    /**
     * Sets how many ranges of shards are sorted and built side by side; there are no more than
     * shards, and than mebibytes of sort memory. Default: one a processor.
     *
     * @throws InvalidRequestException if it is less than 1
     */
    public Builder parallelism(int ranges) {
      if (ranges < 1) {
        throw new InvalidRequestException("parallelism must be at least 1, found " + ranges);
      }
      parallelism = ranges;
      return this;
    }

    /**
     * Sets where spilled rows and shards lie until they are uploaded, in a directory of their own.
     * Default: Java's temporary directory.
     */
    public Builder directory(Path path) {
      directory = path;
      return this;
    }

    /**
     * The options.
     *
     * @throws InvalidRequestException if the shards are not set
     */
    public SnapshotWriterOptions build() {
      return new SnapshotWriterOptions(this);
    }
  }
}
