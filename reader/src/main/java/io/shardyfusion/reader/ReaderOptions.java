package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.StoreOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a {@link ShardedReader} reads, and how. Immutable. */
public final class ReaderOptions {

  /** The block cache where none is asked for: 128 MiB. */
  public static final long DEFAULT_BLOCK_CACHE_BYTES = 128L << 20;

  /** The smallest block cache: 1 MiB. */
  public static final long MIN_BLOCK_CACHE_BYTES = 1L << 20;

  private final String datasetUri;
  private final @Nullable Path cacheDirectory;
  private final StoreOptions store;
  private final @Nullable String at;
  private final long blockCacheBytes;

  private ReaderOptions(Builder builder) {
    datasetUri = builder.datasetUri;
    cacheDirectory = builder.cacheDirectory;
    store = builder.store;
    at = builder.at;
    blockCacheBytes = builder.blockCacheBytes;
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

  /** How to reach the store. */
  public StoreOptions store() {
    return store;
  }

  /** The version number or manifest reference to read, or null for the current version. */
  public @Nullable String at() {
    return at;
  }

  /** The size of the block cache, in bytes. */
  public long blockCacheBytes() {
    return blockCacheBytes;
  }

  /** Builds {@link ReaderOptions}. Not thread-safe. */
  public static final class Builder {

    private final String datasetUri;
    private @Nullable Path cacheDirectory;
    private StoreOptions store = StoreOptions.defaults();
    private @Nullable String at;
    private long blockCacheBytes = DEFAULT_BLOCK_CACHE_BYTES;

    private Builder(String datasetUri) {
      if (datasetUri.isBlank()) {
        throw new InvalidRequestException(
            "the dataset's URI is blank; expected s3://bucket/prefix, file:///dir or a local path");
      }
      this.datasetUri = datasetUri;
    }

    /**
     * The directory of the local cache of table files, which is created if need be. Readers,
     * processes and datasets may share one. It can grow to the size of all versions that were read
     * from it; deleting it while no reader is open costs only downloads.
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

    /** How to reach an S3-compatible store. Default: AWS, as the environment configures it. */
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
     * The size of the cache of uncompressed blocks that all open shards share, in bytes of native
     * memory, used as it fills. Default: {@link #DEFAULT_BLOCK_CACHE_BYTES}.
     *
     * @throws InvalidRequestException if it is less than {@link #MIN_BLOCK_CACHE_BYTES}
     */
    public Builder blockCacheBytes(long bytes) {
      if (bytes < MIN_BLOCK_CACHE_BYTES) {
        throw new InvalidRequestException(
            "blockCacheBytes must be at least " + MIN_BLOCK_CACHE_BYTES + ", found " + bytes);
      }
      this.blockCacheBytes = bytes;
      return this;
    }

    /** The options. */
    public ReaderOptions build() {
      return new ReaderOptions(this);
    }
  }
}
