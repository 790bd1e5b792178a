package io.shardyfusion.format;

import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The list of one shard's files: all that is needed to lay out its RocksDB database again.
 *
 * @param shard its id
 * @param rows the number of live keys
 * @param rowsExact whether {@code rows} is exact, or RocksDB's estimate
 * @param minKey the smallest stored key, or null if the shard is empty or it is not known
 * @param maxKey the largest stored key, or null likewise
 * @param sequence RocksDB's sequence number, below 2^56
 * @param files the table files; none for an empty shard
 * @param privateFiles CURRENT, the MANIFEST that it names, and OPTIONS; at most {@link
 *     Limits#MAX_PRIVATE_BYTES} together
 * @param samples at most {@link Limits#MAX_SAMPLES} keys for the self-check
 */
@RecordBuilder
public record ShardDescriptor(
    int shard,
    long rows,
    boolean rowsExact,
    @Nullable HexBytes minKey,
    @Nullable HexBytes maxKey,
    long sequence,
    List<TableFile> files,
    List<PrivateFile> privateFiles,
    List<KeySample> samples)
    implements ShardDescriptorBuilder.With {

  private static final long MAX_SEQUENCE = (1L << 56) - 1;

  /** Checks the ranges, and copies the lists. */
  public ShardDescriptor {
    files = List.copyOf(files);
    privateFiles = List.copyOf(privateFiles);
    samples = List.copyOf(samples);
    Checks.atLeast("shard", shard, 0);
    Checks.atMost("shard", shard, Sharding.MAX_SHARDS - 1);
    Checks.atLeast("rows", rows, 0);
    Checks.atLeast("sequence", sequence, 0);
    Checks.atMost("sequence", sequence, MAX_SEQUENCE);
    Checks.key("min_key", minKey, KeyEncoding.MAX_KEY_BYTES);
    Checks.key("max_key", maxKey, KeyEncoding.MAX_KEY_BYTES);
    Checks.order(minKey, maxKey);
    Checks.size("files", "entries", files.size(), Limits.MAX_FILES_PER_SHARD);
    Checks.sum("files: the sizes", files, TableFile::size);
    Checks.size("samples", "entries", samples.size(), Limits.MAX_SAMPLES);
    checkNames("files", files, TableFile::name);
    checkPrivate(privateFiles);
    if (rows > 0 && files.isEmpty()) {
      throw new IllegalArgumentException("files must not be empty in a shard of " + rows + " rows");
    }
  }

  /** A builder of a descriptor without table files and samples. */
  public static ShardDescriptorBuilder builder() {
    return ShardDescriptorBuilder.builder().files(List.of()).samples(List.of());
  }

  private static <T> Set<String> checkNames(String field, List<T> files, Function<T, String> name) {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < files.size(); i++) {
      if (!names.add(name.apply(files.get(i)))) {
        throw new IllegalArgumentException(
            field
                + "["
                + i
                + "].name must differ from the others, found "
                + name.apply(files.get(i))
                + " again");
      }
    }
    return names;
  }

  private static void checkPrivate(List<PrivateFile> files) {
    Checks.size("private_files", "entries", files.size(), Limits.MAX_PRIVATE_FILES);
    Checks.atMost(
        "private_files: the number of bytes",
        Checks.sum("private_files: the sizes", files, PrivateFile::size),
        Limits.MAX_PRIVATE_BYTES);
    Set<String> names = checkNames("private_files", files, PrivateFile::name);
    PrivateFile current =
        files.stream()
            .filter(f -> f.name().equals(PrivateFile.CURRENT))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "private_files must hold CURRENT, found " + names));
    String manifest = new String(current.content(), StandardCharsets.ISO_8859_1);
    if (!manifest.endsWith("\n") || !names.contains(manifest.substring(0, manifest.length() - 1))) {
      throw new IllegalArgumentException(
          "private_files must hold the MANIFEST that CURRENT names and a line feed ends, found "
              + Checks.shown(manifest)
              + " and "
              + names);
    }
  }

  /** The bytes of all table files. */
  public long bytes() {
    return files.stream().mapToLong(TableFile::size).sum();
  }
}
