package io.shardyfusion.shard;

import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.shard.ReadTuning.TableAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Builds, changes or reads a shard with the {@code org.rocksdb} that is on the class path, and
 * prints one line: the library's version, the number of rows, and a digest of them. Tests compare
 * it between versions, each in a process of its own.
 *
 * <pre>
 * build DIRECTORY PROFILE ROWS
 * change DIRECTORY PROFILE ROUND BASE
 * read DIRECTORY
 * </pre>
 */
public final class ShardCompatibilityMain {

  private static final long SEED = 42;
  private static final long TARGET_FILE_BYTES = 200_000;
  private static final int CHECKPOINTS = 5;
  private static final int CHANGES = 500;

  private ShardCompatibilityMain() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[1]);
    if (args[0].equals("build")) {
      build(directory, TableProfile.of(args[2]), Integer.parseInt(args[3]));
    } else if (args[0].equals("change")) {
      change(directory, TableProfile.of(args[2]), Integer.parseInt(args[3]), Path.of(args[4]));
    }
    System.out.println(read(directory));
  }

  /** Builds a shard of that many rows in {@code directory}, and writes its descriptor beside it. */
  static ShardImage build(Path directory, TableProfile profile, int rows) throws IOException {
    ShardImage image =
        Shards.build(directory, profile, Shards.randomRows(rows, SEED), TARGET_FILE_BYTES);
    Files.write(descriptorOf(directory), ShardDescriptorParser.toJson(image.descriptor()));
    return image;
  }

  /**
   * Changes the shard in {@code base}, or begins one where there is none, over several checkpoints,
   * and keeps the last one in {@code directory}.
   */
  static void change(Path directory, TableProfile profile, int round, Path base)
      throws IOException {
    Path work = Files.createTempDirectory(directory.getParent(), "work");
    try (WriteResources resources = new WriteResources(4 << 20, 1, 1);
        ShardWriter writer = writer(base, profile, work.resolve("db"), resources)) {
      // Enough checkpoints for a compaction, so that files of both libraries are merged.
      for (int step = 0; step < CHECKPOINTS; step++) {
        List<Change> changes = changes(round, step);
        changes.forEach(c -> c.applyTo(writer));
        writer.checkpoint(work.resolve("image-" + step));
      }
      ShardImage last = writer.checkpoint(directory);
      Files.write(descriptorOf(directory), ShardDescriptorParser.toJson(last.descriptor()));
    }
  }

  private static ShardWriter writer(
      Path base, TableProfile profile, Path directory, WriteResources resources)
      throws IOException {
    if (!Files.exists(base)) {
      return ShardWriter.create(Shards.SHARD, profile, directory, resources);
    }
    ShardImage image = new ShardImage(descriptor(base), base);
    return ShardWriter.open(image.descriptor(), profile, directory, image::path, resources);
  }

  /** The rows after rounds 0 to {@code last}, on top of {@code rows}. */
  static void applyChanges(NavigableMap<byte[], byte[]> rows, int last) {
    for (int round = 0; round <= last; round++) {
      for (int step = 0; step < CHECKPOINTS; step++) {
        changes(round, step).forEach(c -> c.applyTo(rows));
      }
    }
  }

  private static List<Change> changes(int round, int step) {
    Random random = new Random(SEED + 1000L * round + step);
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < CHANGES; i++) {
      byte[] key = new byte[] {(byte) random.nextInt(20), (byte) random.nextInt(256)};
      byte[] value = new byte[random.nextInt(100)];
      random.nextBytes(value);
      changes.add(new Change(key, random.nextInt(4) == 0 ? null : value));
    }
    return changes;
  }

  /** Sets a key, or deletes it where there is no value. */
  private record Change(byte[] key, byte @Nullable [] value) {

    void applyTo(ShardWriter writer) {
      if (value == null) {
        writer.delete(key);
      } else {
        writer.put(key, value);
      }
    }

    void applyTo(NavigableMap<byte[], byte[]> rows) {
      if (value == null) {
        rows.remove(key);
      } else {
        rows.put(key, value);
      }
    }
  }

  private static ShardDescriptor descriptor(Path directory) throws IOException {
    Path file = descriptorOf(directory);
    return ShardDescriptorParser.fromJson(file.toString(), Files.readAllBytes(file));
  }

  /** Reads the shard in {@code directory} in every way there is. */
  static Outcome read(Path directory) throws IOException {
    ShardImage image = new ShardImage(descriptor(directory), directory);
    Outcome outcome = null;
    for (BlockCacheKind cache : BlockCacheKind.values()) {
      for (TableAccess access : TableAccess.values()) {
        Outcome next = read(image, cache, new ReadTuning(access, ReadTuning.MIN_OPEN_FILES));
        if (outcome != null && !outcome.equals(next)) {
          throw new AssertionError("reads another shard by " + cache + " and " + access);
        }
        outcome = next;
      }
    }
    return outcome;
  }

  private static Outcome read(ShardImage image, BlockCacheKind cache, ReadTuning tuning)
      throws IOException {
    Path open = Files.createTempDirectory(image.directory().getParent(), "open").resolve("shard");
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 12);
    try (ReadResources resources = new ReadResources(cache, 1 << 20);
        ShardDatabase database = Shards.open(open, image, resources, tuning)) {
      database.selfCheck();
      NavigableMap<byte[], byte[]> rows = Shards.scan(database);
      List<byte[]> keys = List.copyOf(rows.keySet());
      List<byte @Nullable []> values = database.multiGet(keys);
      for (int i = 0; i < keys.size(); i++) {
        byte[] key = keys.get(i);
        byte[] scanned = rows.get(key);
        if (!Arrays.equals(values.get(i), scanned) || !Arrays.equals(database.get(key), scanned)) {
          throw new AssertionError("get, multiGet and iterate differ in row " + i);
        }
        int size = database.get(key, buffer.clear());
        if (size != scanned.length || !buffer.equals(ByteBuffer.wrap(scanned))) {
          throw new AssertionError("get into a buffer differs in row " + i);
        }
        byte[] missing = Arrays.copyOf(key, key.length + 20);
        if (database.get(missing) != null
            || database.get(missing, buffer) != ShardDatabase.NOT_FOUND) {
          throw new AssertionError("found a key that was not stored, after row " + i);
        }
      }
      return Outcome.of(rows);
    }
  }

  private static void update(MessageDigest digest, byte[] bytes) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }

  private static Path descriptorOf(Path directory) {
    return directory.resolveSibling(directory.getFileName() + ".json");
  }

  /** What was read, and by which version of RocksDB. */
  record Outcome(String engine, int rows, String digest) {

    static Outcome of(NavigableMap<byte[], byte[]> rows) {
      MessageDigest digest = Sha256.newDigest();
      rows.forEach(
          (key, value) -> {
            update(digest, key);
            update(digest, value);
          });
      return new Outcome(
          ShardBuilder.engine(TableProfile.BALANCED).version(),
          rows.size(),
          Sha256.of(digest).hex());
    }

    static Outcome parse(String line) {
      String[] fields = line.strip().split(" ", -1);
      return new Outcome(fields[0], Integer.parseInt(fields[1]), fields[2]);
    }

    @Override
    public String toString() {
      return engine + " " + rows + " " + digest;
    }
  }
}
