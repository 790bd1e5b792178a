package io.shardyfusion.reader;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.ShardyfusionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A process that opens a reader on a cache that it may not be able to write. */
final class ReadOnlyCacheProcess {

  private ReadOnlyCacheProcess() {}

  /** {@code URI CACHE OUT}: writes what it found, or its failure, into a file. */
  public static void main(String[] args) throws IOException {
    List<String> lines = new ArrayList<>();
    ReaderOptions options =
        ReaderOptions.builder(args[0]).cacheDirectory(Path.of(args[1])).staleOk().build();
    try (ShardedReader reader = ShardedReader.open(options)) {
      byte[] value = reader.get(7L);
      lines.add("version " + reader.version());
      lines.add("value " + (value == null ? "none" : new String(value, UTF_8)));
      lines.add(
          "all " + reader.multiGet(Stream.iterate(0L, n -> n + 1).limit(100).toList()).size());
      lines.add("refresh " + reader.refresh());
      lines.add("fits " + reader.plan().fits());
      lines.add("health " + reader.health().status() + " " + reader.health().problems());
      lines.add("checked " + (reader.health().checkedAge() != null));
      lines.add("copies " + copies());
    } catch (ShardyfusionException e) {
      lines.add(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
    Files.write(Path.of(args[2]), lines);
  }

  /** The table files that were copied into the temporary directory. */
  private static List<Path> copies() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(f -> f.toString().endsWith(".sst"))
          .filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
          .toList();
    }
  }
}
