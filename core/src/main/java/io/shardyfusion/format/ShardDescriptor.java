package io.shardyfusion.format;

import io.shardyfusion.routing.Sharding;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The list of one shard's files: all that is needed to lay out its RocksDB database again.
 *
 * @param shard its id
 * @param rows the number of live keys
 * @param rowsExact whether {@code rows} is exact, or RocksDB's estimate
 * @param minKey the smallest stored key, or null if the shard is empty or it is not known
 * @param maxKey the largest stored key, or null likewise
 * @param sequence RocksDB's sequence number
 * @param files the table files; none for an empty shard
 * @param privateFiles CURRENT, MANIFEST and OPTIONS
 * @param samples at most {@link Limits#MAX_SAMPLES} keys for the self-check
 */
public record ShardDescriptor(
    int shard,
    long rows,
    boolean rowsExact,
    @Nullable HexBytes minKey,
    @Nullable HexBytes maxKey,
    long sequence,
    List<TableFile> files,
    List<PrivateFile> privateFiles,
    List<KeySample> samples) {

  /** Checks the ranges, and copies the lists. */
  public ShardDescriptor {
    files = List.copyOf(files);
    privateFiles = List.copyOf(privateFiles);
    samples = List.copyOf(samples);
    Checks.atLeast("shard", shard, 0);
    Checks.atMost("shard", shard, Sharding.MAX_SHARDS - 1);
    Checks.atLeast("rows", rows, 0);
    Checks.atLeast("sequence", sequence, 0);
    Checks.atMost("the number of files", files.size(), Limits.MAX_FILES_PER_SHARD);
    Checks.atMost("the number of samples", samples.size(), Limits.MAX_SAMPLES);
    Set<String> names = new HashSet<>();
    files.forEach(f -> checkNew(names, f.name()));
    privateFiles.forEach(f -> checkNew(names, f.name()));
    if (!names.contains("CURRENT")) {
      throw new IllegalArgumentException("private_files must hold CURRENT, found " + privateFiles);
    }
    if (rows > 0 && files.isEmpty()) {
      throw new IllegalArgumentException("a shard of " + rows + " rows must have files, found none");
    }
  }

  private static void checkNew(Set<String> names, String name) {
    if (!names.add(name)) {
      throw new IllegalArgumentException("the file " + name + " is listed twice");
    }
  }

  /** The bytes of all table files. */
  public long bytes() {
    return files.stream().mapToLong(TableFile::size).sum();
  }
}
