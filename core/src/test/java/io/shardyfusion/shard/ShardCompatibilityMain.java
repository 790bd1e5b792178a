package io.shardyfusion.shard;

import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardDescriptorParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * Builds or reads a shard with the {@code org.rocksdb} that is on the class path, and prints one
 * line: the library's version, the number of rows, and a digest of them. Tests compare it between
 * versions, each in a process of its own.
 *
 * <pre>
 * build DIRECTORY PROFILE ROWS
 * read DIRECTORY
 * </pre>
 */
public final class ShardCompatibilityMain {

  private static final long SEED = 42;
  private static final long TARGET_FILE_BYTES = 200_000;

  private ShardCompatibilityMain() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[1]);
    if (args[0].equals("build")) {
      build(directory, TableProfile.of(args[2]), Integer.parseInt(args[3]));
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

  /** Reads the shard in {@code directory} in every way there is. */
  static Outcome read(Path directory) throws IOException {
    Path descriptorFile = descriptorOf(directory);
    ShardDescriptor descriptor =
        ShardDescriptorParser.fromJson(
            descriptorFile.toString(), Files.readAllBytes(descriptorFile));
    ShardImage image = new ShardImage(descriptor, directory);
    Path open = Files.createTempDirectory(directory.getParent(), "open").resolve("shard");
    try (ReadResources resources = new ReadResources(1 << 20);
        ShardDatabase database = Shards.open(open, image, resources)) {
      database.selfCheck();
      NavigableMap<byte[], byte[]> rows = Shards.scan(database);
      MessageDigest digest = Sha256.newDigest();
      List<byte[]> keys = List.copyOf(rows.keySet());
      List<byte @Nullable []> values = database.multiGet(keys);
      for (int i = 0; i < keys.size(); i++) {
        byte[] key = keys.get(i);
        byte[] scanned = rows.get(key);
        if (!Arrays.equals(values.get(i), scanned) || !Arrays.equals(database.get(key), scanned)) {
          throw new AssertionError("get, multiGet and iterate differ in row " + i);
        }
        byte[] missing = Arrays.copyOf(key, key.length + 20);
        if (database.get(missing) != null) {
          throw new AssertionError("found a key that was not stored, after row " + i);
        }
        update(digest, key);
        update(digest, scanned);
      }
      return new Outcome(
          ShardBuilder.engine(TableProfile.BALANCED).version(),
          rows.size(),
          Sha256.of(digest).hex());
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
