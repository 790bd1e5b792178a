package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardyfusion.testing.OwnMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers, in processes of their own, of caches that they cannot write. */
class ReadOnlyCacheIT {

  @TempDir Path directory;

  private TestDataset dataset;
  private Path cache;
  private Path tmp;

  @BeforeEach
  void publish() throws IOException {
    dataset = TestDataset.ofLongs(directory, 3, 100);
    cache = directory.resolve("cache");
    tmp = Files.createDirectory(directory.resolve("tmp"));
  }

  @Test
  void aCompleteCacheOnAReadOnlyFileSystemIsServedWithoutTheStoreAndHealthSaysSo()
      throws Exception {
    assumeTrue(OwnMounts.possible(), "this user may not mount anything here");
    fill(true);
    dataset.publish(LongStream.range(0, 100).boxed(), key -> TestDataset.value("v2", key));
    Files.move(dataset.root(), directory.resolve("moved"));
    List<Path> before = files(cache);

    List<String> found = read(onReadOnlyMount());

    assertServesTheFirstVersion(found);
    assertThat(found).contains("copies []");
    assertThat(files(cache)).isEqualTo(before);
    assertThat(files(tmp)).noneMatch(Files::isRegularFile);
  }

  @Test
  void aCompleteCacheOfAnotherUserIsServed() throws Exception {
    List<String> withoutRights =
        List.of("setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override");
    assumeTrue(succeeds(withoutRights), "this user has no rights to give up here");
    fill(true);
    for (Path file : files(cache)) {
      Files.setAttribute(file, "unix:uid", 12345);
    }
    List<Path> before = files(cache);

    assertServesTheFirstVersion(read(withoutRights, dataset.root().toString()));

    assertThat(files(cache)).isEqualTo(before);
    assertThat(files(tmp)).noneMatch(Files::isRegularFile);
  }

  @Test
  void aCacheThatIsNotCompleteIsRefusedAndTheAdviceHelps() throws Exception {
    assumeTrue(OwnMounts.possible(), "this user may not mount anything here");
    Files.createDirectories(cache);
    assertThat(read(onReadOnlyMount()))
        .singleElement()
        .asString()
        .startsWith("StorageException: the cache directory " + cache + " cannot be written")
        .contains("has no version of " + dataset.uri(), "opened with eager()");
    fill(false);
    assertThat(read(onReadOnlyMount()))
        .singleElement()
        .asString()
        .startsWith("StorageException: the cache directory " + cache + " cannot be written")
        .contains("not all of version 1", "2 file(s) of 3 shards", "opened with eager()");
    fill(true);
    assertServesTheFirstVersion(read(onReadOnlyMount()));
  }

  private void assertServesTheFirstVersion(List<String> found) {
    assertThat(found)
        .contains(
            "version 1",
            "value v1:7",
            "all 100",
            "refresh false",
            "fits true",
            "health DEGRADED [the cache directory "
                + cache
                + " cannot be written: version 1 is served, without refresh]",
            "checked true");
  }

  /** Fills the cache, as it is before it is mounted, with all shards or with one. */
  private void fill(boolean all) {
    ReaderOptions.Builder options =
        ReaderOptions.builder(dataset.uri()).cacheDirectory(cache).refreshInterval(Duration.ZERO);
    try (ShardedReader reader =
        ShardedReader.open(all ? options.eager().build() : options.build())) {
      reader.prefetch(0);
    }
  }

  private List<String> onReadOnlyMount() {
    return OwnMounts.command(
        "mount --bind %s %s; mount -o remount,bind,ro %s".formatted(cache, cache, cache),
        List.of());
  }

  private List<String> read(List<String> before) throws Exception {
    return read(before, dataset.uri());
  }

  private List<String> read(List<String> before, String uri) throws Exception {
    Path out = directory.resolve("found");
    Path log = directory.resolve("log");
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.addAll(List.of("-Djava.io.tmpdir=" + tmp, "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(ReadOnlyCacheProcess.class.getName());
    command.addAll(List.of(uri, cache.toString(), out.toString()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    return Files.readAllLines(out);
  }

  private static boolean succeeds(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(Stream.concat(command.stream(), Stream.of("true")).toList())
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // There is no such command here.
    }
  }

  private static List<Path> files(Path parent) throws IOException {
    try (Stream<Path> files = Files.walk(parent)) {
      return files.sorted().toList();
    }
  }
}
