package io.shardyfusion.shard.rocksdb;

import io.shardyfusion.format.TableProfile;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ChecksumType;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.Filter;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/**
 * The one place that decides what a table file looks like.
 *
 * <p>Two builds of {@code org.rocksdb} meet in one dataset: the {@code rocksdbjni} of this build,
 * and the FRocksDB 8.10 that a Flink distribution loads in its stead. Each must read what the other
 * wrote, so only features and API that both have are used here. The one exception is {@link
 * #DISABLE_INTERPOLATION}.
 */
public final class TableOptions {

  /** The newest table format that FRocksDB 8.10 and the tools of RocksDB 7.8 read. */
  private static final int FORMAT_VERSION = 5;

  /** 1 % false positives: a missing key costs no block read, in most cases. */
  private static final double BLOOM_BITS_PER_KEY = 10;

  private static final int KIB = 1 << 10;

  /**
   * {@code BlockBasedTableConfig.setUniformCvThreshold}, which RocksDB 11 has and FRocksDB 8.10 has
   * not. RocksDB 11 marks index blocks of evenly spread keys for interpolation search; older
   * versions then fail with "bad block contents". A negative threshold leaves the mark out. Null
   * where there is no such mark.
   */
  private static final @Nullable MethodHandle DISABLE_INTERPOLATION = findUniformCvThreshold();

  private TableOptions() {}

  /**
   * A filter for tables to be written or read. The caller closes it after the options it went into.
   */
  public static Filter newFilter() {
    RocksDbLibrary.load();
    return new BloomFilter(BLOOM_BITS_PER_KEY);
  }

  /**
   * Sets up {@code options} for writing tables of that profile, without a block cache.
   *
   * @param filter from {@link #newFilter}
   */
  public static void forWriting(Options options, TableProfile profile, Filter filter) {
    setUp(options, profile, common(filter).setNoBlockCache(true));
  }

  /**
   * Sets up {@code options} for a database that goes on changing: tables as {@link #forWriting}
   * makes them, whose indexes and filters are kept in the block cache, so that memory is bounded
   * however many databases share it.
   *
   * @param filter from {@link #newFilter}
   */
  public static void forUpdating(
      Options options, TableProfile profile, Cache blockCache, Filter filter) {
    setUp(
        options,
        profile,
        common(filter).setBlockCache(blockCache).setCacheIndexAndFilterBlocks(true));
  }

  private static void setUp(Options options, TableProfile profile, BlockBasedTableConfig tables) {
    switch (profile) {
      case BALANCED -> {
        options.setCompressionType(CompressionType.LZ4_COMPRESSION);
        tables.setBlockSize(4 * KIB);
      }
      case LATENCY -> {
        options.setCompressionType(CompressionType.NO_COMPRESSION);
        tables.setBlockSize(4 * KIB);
        // The hash leads to a restart point, and from there rows are compared one by one.
        tables.setBlockRestartInterval(4);
        tables.setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash);
        tables.setDataBlockHashTableUtilRatio(0.75);
      }
      case COMPACT -> {
        options.setCompressionType(CompressionType.ZSTD_COMPRESSION);
        tables.setBlockSize(16 * KIB);
      }
    }
    options.setTableFormatConfig(tables);
  }

  /**
   * Sets up {@code options} for reading tables of any profile. Index and filter stay in memory
   * beside the block cache, for as long as the table is open: a lookup then costs one block, and a
   * missing key none, whatever the cache evicts.
   *
   * @param filter from {@link #newFilter}
   */
  public static void forReading(Options options, Cache blockCache, Filter filter) {
    options.setTableFormatConfig(
        common(filter).setBlockCache(blockCache).setCacheIndexAndFilterBlocks(false));
  }

  /** The version of the RocksDB library that is loaded, for example {@code 11.8.1}. */
  public static String engineVersion() {
    RocksDbLibrary.load();
    return RocksDB.rocksdbVersion().toString();
  }

  private static BlockBasedTableConfig common(Filter filter) {
    BlockBasedTableConfig tables =
        new BlockBasedTableConfig()
            .setFormatVersion(FORMAT_VERSION)
            .setChecksumType(ChecksumType.kXXH3)
            .setFilterPolicy(filter)
            .setWholeKeyFiltering(true)
            // Sizes filters by what malloc would waste: the same rows would give different files.
            .setOptimizeFiltersForMemory(false);
    disableInterpolation(tables);
    return tables;
  }

  private static void disableInterpolation(BlockBasedTableConfig tables) {
    if (DISABLE_INTERPOLATION == null) {
      return;
    }
    try {
      DISABLE_INTERPOLATION.invoke(tables, -1.0);
    } catch (Throwable e) {
      throw new IllegalStateException("BlockBasedTableConfig.setUniformCvThreshold(-1) failed", e);
    }
  }

  private static @Nullable MethodHandle findUniformCvThreshold() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(
              BlockBasedTableConfig.class,
              "setUniformCvThreshold",
              MethodType.methodType(BlockBasedTableConfig.class, double.class));
    } catch (NoSuchMethodException e) {
      return null;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(
          "BlockBasedTableConfig.setUniformCvThreshold is not public", e);
    }
  }
}
