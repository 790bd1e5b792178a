package io.shardyfusion.shard.rocksdb;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.shard.ShardBuilder;
import io.shardyfusion.shard.WriteResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process that needs RocksDB again and again, and says what came of it: a line for each attempt,
 * and for what is left in the directory after it.
 */
final class RocksDbLibraryMain {

  private RocksDbLibraryMain() {}

  /** {@code DIRECTORY COMMAND…}: each is run by a shell before an attempt. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Path.of(args[0]);
    List<Runnable> uses =
        List.of(
            () -> new ReadResources(1 << 20).close(),
            () -> new WriteResources(1 << 20, 1, 1).close(),
            () -> ShardBuilder.engine(TableProfile.BALANCED),
            () -> TableOptions.newFilter().close());
    for (int i = 1; i < args.length; i++) {
      Process command = new ProcessBuilder("sh", "-ec", args[i]).inheritIO().start();
      if (command.waitFor() != 0) {
        throw new IOException(args[i] + " failed");
      }
      for (Runnable use : uses) {
        System.out.println(i + " " + outcome(use));
      }
      System.out.println(i + " left " + left(directory));
    }
  }

  private static String outcome(Runnable use) {
    try {
      use.run();
      return "works";
    } catch (ShardyfusionException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
  }

  private static List<Path> left(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).filter(f -> !f.endsWith("fill")).toList();
    }
  }
}
