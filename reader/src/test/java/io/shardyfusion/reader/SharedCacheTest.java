package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.format.Layout;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.CacheProcess.Mode;
import io.shardyfusion.reader.cache.CacheLimits;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that share a cache, and those that die over it. */
@Timeout(120)
class SharedCacheTest {

  private static final int SHARDS = 4;
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path directory;

  private TestDataset dataset;
  private ProbedStore store;

  @BeforeEach
  void publishShardsOfSeveralPieces() {
    dataset = new TestDataset(directory, KeyEncoding.I64, SHARDS);
    dataset.publish(LongStream.range(0, 8_000).boxed(), SharedCacheTest::noise);
    store = new ProbedStore(dataset.store());
  }

  @AfterEach
  void nothingIsLeftOpen() {
    store.close();
    Leaks.assertNone(directory);
  }

  @Test
  void twoProcessesThatStartTogetherDownloadEachFileOnce() throws Exception {
    try (CacheProcess one = CacheProcess.start(directory, dataset.uri(), Mode.SLOWLY, "");
        CacheProcess two = CacheProcess.start(directory, dataset.uri(), Mode.SLOWLY, "")) {
      Await.until("both have a cache", SOON, () -> readers() == 2);
      Files.createFile(directory.resolve("go"));
      List<String> downloaded = new ArrayList<>(one.result());
      downloaded.addAll(two.result());
      assertThat(downloaded)
          .hasSize(SHARDS)
          .doesNotHaveDuplicates()
          .allMatch(key -> key.startsWith(Layout.FILES));
    }
    assertEverythingIsServed(0);
    assertThat(directory.resolve("cache/locks")).isEmptyDirectory();
  }

  @Test
  void whatAKilledProcessLeftIsNeitherTrustedNorInTheWay() throws Exception {
    try (CacheProcess process = CacheProcess.start(directory, dataset.uri(), Mode.STUCK, "")) {
      Await.until("it is in mid-download", SOON, process::hasBegun);
      process.kill();
    }
    assertThat(halfDownloads()).anySatisfy(f -> assertThat(f).isNotEmptyFile());
    int whole = tableFiles();
    assertThat(whole).isLessThan(SHARDS);
    assertEverythingIsServed(SHARDS - whole);
    assertThat(directory.resolve("cache/open")).isEmptyDirectory();
    try (FileCache cache = FileCache.open(directory.resolve("cache"), CacheLimits.defaults())) {
      cache.capacity().prune();
    }
  }

  @Test
  void whoWaitsForAProcessThatIsKilledTakesOver() throws Exception {
    try (CacheProcess process = CacheProcess.start(directory, dataset.uri(), Mode.STUCK, "");
        ShardedReader reader = ShardedReader.open(dataset.options(cache()), store)) {
      Await.until("it is in mid-download", SOON, process::hasBegun);
      CompletableFuture<Void> prefetch = CompletableFuture.runAsync(reader::prefetch);
      // What it has not begun is fetched at once, the rest is waited for.
      Await.until("only locked files are left", SOON, () -> tableFiles() + locks() == SHARDS);
      assertThat(prefetch).isNotDone();
      process.kill();
      prefetch.get(60, TimeUnit.SECONDS);
    }
    assertThat(tableFiles()).isEqualTo(SHARDS);
    assertEverythingIsServed(0);
  }

  @Test
  void aDiskThatIsFullInMidDownloadIsAClearErrorAndTheNextAttemptWorks() throws Exception {
    try (CacheProcess process =
        CacheProcess.start(directory, dataset.uri(), Mode.PLAIN, "ulimit -f 128;")) {
      List<String> result = process.result();
      assertThat(result).hasSizeGreaterThan(1);
      assertThat(result.get(result.size() - 1))
          .contains("StorageException", "could not download", "files/", "File too large");
    }
    assertThat(halfDownloads()).isEmpty();
    assertThat(tableFiles()).isZero();
    assertEverythingIsServed(SHARDS);
  }

  private void assertEverythingIsServed(int downloads) {
    ProbedStore own = new ProbedStore(dataset.store());
    try (ShardedReader reader = ShardedReader.open(dataset.options(cache()), own)) {
      for (long key = 0; key < 8_000; key += 7) {
        assertThat(reader.get(key)).isEqualTo(noise(key));
      }
    }
    assertThat(own.downloads()).hasSize(downloads);
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  /** What does not compress. */
  private static byte[] noise(Object key) {
    byte[] value = new byte[100];
    new Random((Long) key).nextBytes(value);
    return value;
  }

  private long readers() {
    return files("open").stream().filter(p -> p.toString().endsWith(".lock")).count();
  }

  private int tableFiles() {
    return (int) files("files").stream().filter(p -> p.toString().endsWith(".sst")).count();
  }

  private int locks() {
    return (int) files("locks").stream().filter(p -> p.toString().endsWith(".lock")).count();
  }

  private List<Path> halfDownloads() {
    return files("open").stream()
        .filter(p -> p.getFileName().toString().startsWith("download"))
        .toList();
  }

  private List<Path> files(String part) {
    Path root = cache().resolve(part);
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // Something went while it was listed: look again.
    }
  }
}
