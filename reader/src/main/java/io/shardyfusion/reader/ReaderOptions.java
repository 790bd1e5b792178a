package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.reader.cache.CacheLimits;
import io.shardyfusion.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The settings of a {@link ShardedReader}: what it reads, and how. Immutable. */
public final class ReaderOptions {

  /** The refresh interval of a reader that is given none: 30 seconds. */
  public static final Duration DEFAULT_REFRESH_INTERVAL = Duration.ofSeconds(30);

  /** The number of earlier versions that a reader tries if it is given none. */
  public static final int DEFAULT_MAX_FALLBACK_VERSIONS = 3;

  private static final Duration MAX_REFRESH_INTERVAL = Duration.ofDays(366);

  private final String datasetUri;
  private final @Nullable Path cacheDirectory;
  private final StoreOptions store;
  private final @Nullable String at;
  private final MemoryLimits memory;
  private final @Nullable LookupLimit lookupLimit;
  private final Duration refreshInterval;
  private final @Nullable SortedSet<Integer> shards;
  private final boolean eager;
  private final CacheLimits cache;
  private final boolean staleOk;
  private final int maxFallbackVersions;
  private final HealthLimits health;
  private final ReaderMetrics metrics;
  private final List<ReaderListener> listeners;

  private ReaderOptions(Builder builder) {
    datasetUri = builder.datasetUri;
    cacheDirectory = builder.cacheDirectory;
    store = builder.store;
    at = builder.at;
    memory = builder.memory;
    lookupLimit = builder.lookupLimit;
    refreshInterval = builder.refreshInterval;
    shards = builder.shards;
    eager = builder.eager;
    cache = builder.cache;
    staleOk = builder.staleOk;
    maxFallbackVersions = builder.maxFallbackVersions;
    health = builder.health;
    metrics = builder.metrics;
    listeners = List.copyOf(builder.listeners);
  }

  /**
   * A builder of options to read a dataset.
   *
   * @param datasetUri the dataset's root: {@code s3://bucket/prefix}, {@code file:///dir}, or a
   *     local path
   * @throws InvalidRequestException if it is blank
   */
  public static Builder builder(String datasetUri) {
    return new Builder(datasetUri);
  }

  /** The dataset's root, as it was given. */
  public String datasetUri() {
    return datasetUri;
  }

  /** The directory of the local cache, or null for the default. */
  public @Nullable Path cacheDirectory() {
    return cacheDirectory;
  }

  /** The settings for reaching the store. */
  public StoreOptions store() {
    return store;
  }

  /** The version number or manifest reference to read, or null for the current version. */
  public @Nullable String at() {
    return at;
  }

  /** The limits of the reader's native memory and file handles. */
  public MemoryLimits memory() {
    return memory;
  }

  /** The number of keys that may be looked up in a second, or null for any number. */
  public @Nullable LookupLimit lookupLimit() {
    return lookupLimit;
  }

  /**
   * The interval at which the reader looks for another version; zero if only {@link
   * ShardedReader#refresh} does.
   */
  public Duration refreshInterval() {
    return refreshInterval;
  }

  /** The ids of the shards to serve, or null for all. */
  public @Nullable SortedSet<Integer> shards() {
    return shards;
  }

  /**
   * Returns whether shards are opened with the version that they are part of, not at their first
   * use.
   */
  public boolean eager() {
    return eager;
  }

  /** The limits of the reader's local cache. */
  public CacheLimits cache() {
    return cache;
  }

  /**
   * Returns whether a reader may be opened on what the local cache has, if the store does not
   * answer.
   */
  public boolean staleOk() {
    return staleOk;
  }

  /** The number of earlier versions that are tried at the start if the current one is damaged. */
  public int maxFallbackVersions() {
    return maxFallbackVersions;
  }

  /** From when on the reader calls itself degraded or unhealthy. */
  public HealthLimits health() {
    return health;
  }

  /** The receiver of the metrics. */
  public ReaderMetrics metrics() {
    return metrics;
  }

  /** The listeners that are told of refreshes. */
  public List<ReaderListener> listeners() {
    return listeners;
  }

  /** Builds {@link ReaderOptions}. Not thread-safe. */
  public static final class Builder {

    private final String datasetUri;
    private @Nullable Path cacheDirectory;
    private StoreOptions store = StoreOptions.defaults();
    private @Nullable String at;
    private MemoryLimits memory = MemoryLimits.defaults();
    private @Nullable LookupLimit lookupLimit;
    private Duration refreshInterval = DEFAULT_REFRESH_INTERVAL;
    private @Nullable SortedSet<Integer> shards;
    private boolean eager;
    private CacheLimits cache = CacheLimits.defaults();
    private boolean staleOk;
    private int maxFallbackVersions = DEFAULT_MAX_FALLBACK_VERSIONS;
    private HealthLimits health = HealthLimits.defaults();
    private ReaderMetrics metrics = ReaderMetrics.NONE;
    private final List<ReaderListener> listeners = new ArrayList<>();

    private Builder(String datasetUri) {
      if (datasetUri.isBlank()) {
        throw new InvalidRequestException(
            "the dataset's URI is blank; expected s3://bucket/prefix, file:///dir or a local path");
      }
      this.datasetUri = datasetUri;
    }

    /**
     * The directory of the local cache of table files, which is created if need be. Readers,
     * processes and datasets may share one. It is kept within {@link CacheLimits#maxBytes};
     * deleting it, at any time, costs only downloads.
     *
     * <p>Whoever can write to it can change what is served: give nobody else that right.
     *
     * <p>Default: a directory for this dataset in {@code <java.io.tmpdir>/shardyfusion-<user>},
     * which only this user may enter. A service that shall start fast gives one that outlives a
     * restart.
     */
    public Builder cacheDirectory(Path directory) {
      this.cacheDirectory = directory;
      return this;
    }

    /** Sets how to reach an S3-compatible store. Default: AWS, as the environment configures it. */
    public Builder store(StoreOptions options) {
      this.store = options;
      return this;
    }

    /**
     * Reads this version, current or not, held and quarantined ones too. Default: the current
     * version.
     *
     * @param versionOrManifest a version number such as {@code 12}, or a manifest's reference
     *     {@code manifests/….json}; the dataset's history must still have it
     * @throws InvalidRequestException if it is blank
     */
    public Builder at(String versionOrManifest) {
      if (versionOrManifest.isBlank()) {
        throw new InvalidRequestException(
            "the version to read is blank; expected a version number or a manifest's reference");
      }
      this.at = versionOrManifest;
      return this;
    }

    /**
     * Sets the limits of the reader's native memory and file handles, for all shards and versions
     * together. Default: {@link MemoryLimits#defaults}.
     */
    public Builder memory(MemoryLimits limits) {
      this.memory = limits;
      return this;
    }

    /** Limits the keys that are looked up in a second. Default: no limit, and no cost. */
    public Builder lookupLimit(LookupLimit limit) {
      this.lookupLimit = limit;
      return this;
    }

    /**
     * Sets how often to look for another version, which then replaces the one that is served. Each
     * time is varied by a tenth, so that many readers do not ask at once; after failures the time
     * doubles, up to ten times the interval. Default: {@link #DEFAULT_REFRESH_INTERVAL}. A reader
     * {@linkplain #at of one version} stays on it.
     *
     * @param interval zero: never; only {@link ShardedReader#refresh} does it then
     * @throws InvalidRequestException if it is negative, or more than a year
     */
    public Builder refreshInterval(Duration interval) {
      if (interval.isNegative() || interval.compareTo(MAX_REFRESH_INTERVAL) > 0) {
        throw new InvalidRequestException(
            "refreshInterval must be from 0 (off) to "
                + MAX_REFRESH_INTERVAL
                + ", found "
                + interval);
      }
      this.refreshInterval = interval;
      return this;
    }

    /**
     * Serves only these shards: a lookup in another one is an error. For services that split a
     * dataset among themselves. Default: all shards.
     *
     * @param ids at least one
     * @throws InvalidRequestException if there is none, or one is negative
     */
    public Builder shards(int... ids) {
      SortedSet<Integer> chosen = new TreeSet<>();
      for (int id : ids) {
        chosen.add(id);
      }
      if (chosen.isEmpty() || chosen.first() < 0) {
        throw new InvalidRequestException(
            "expected the ids of the shards to serve, 0 or more, found " + chosen);
      }
      this.shards = Collections.unmodifiableSortedSet(chosen);
      return this;
    }

    /**
     * Opens all shards that are served with the reader, and with each version that follows, instead
     * of at their first use: opening takes longer, and no lookup waits for a download.
     */
    public Builder eager() {
      this.eager = true;
      return this;
    }

    /** Sets the limits of the reader's local cache: room, connections, bandwidth. */
    public Builder cache(CacheLimits limits) {
      this.cache = limits;
      return this;
    }

    /**
     * Opens the reader also if the store does not answer, on the version that the local cache knows
     * as the last, with the shards that it has: {@link ShardedReader#health} then says how old that
     * is, and refreshes go on trying. Default: an error.
     */
    public Builder staleOk() {
      this.staleOk = true;
      return this;
    }

    /**
     * Sets how many earlier versions are tried when a reader is opened and the current version is
     * damaged: its manifest, or a shard that is opened with it. Default: {@link
     * #DEFAULT_MAX_FALLBACK_VERSIONS}.
     *
     * @param versions zero: none, a damaged version is an error
     * @throws InvalidRequestException if it is negative
     */
    public Builder maxFallbackVersions(int versions) {
      if (versions < 0) {
        throw new InvalidRequestException(
            "maxFallbackVersions must be 0 or more, found " + versions);
      }
      this.maxFallbackVersions = versions;
      return this;
    }

    /** From when on the reader calls itself degraded or unhealthy. */
    public Builder health(HealthLimits limits) {
      this.health = limits;
      return this;
    }

    /** Sets the receiver of this one reader's metrics. Default: none. */
    public Builder metrics(ReaderMetrics destination) {
      this.metrics = destination;
      return this;
    }

    /** Tells a listener of refreshes, in addition to those that were given before. */
    public Builder listener(ReaderListener listener) {
      this.listeners.add(listener);
      return this;
    }

    /** The options. */
    public ReaderOptions build() {
      return new ReaderOptions(this);
    }
  }
}
