package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.StorageException;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.reader.cache.CacheLimits;
import io.shardyfusion.testing.Await;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a reader that is open looks after its cache. */
@Timeout(120)
class CacheCareTest {

  private static final int SHARDS = 4;
  private static final long ROWS = 2_000;
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path directory;

  private TestDataset dataset;
  private ProbedStore store;

  @BeforeEach
  void publish() {
    dataset = new TestDataset(directory, KeyEncoding.I64, SHARDS);
    publish(1);
    store = new ProbedStore(dataset.store());
  }

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @Test
  void aScrubRepairsWhatTheDiskDamagedAndTheShardIsOpenedAnewWhileItServes() throws IOException {
    CacheLimits limits = CacheLimits.defaults().withScrubInterval(Duration.ofMillis(20));
    try (ShardedReader reader = open(limits)) {
      reader.prefetch();
      Path file = tableFiles().get(0);
      long databases = databases();
      damage(file);
      Await.until("it is fetched again", SOON, () -> store.downloads().size() == SHARDS + 1);
      Await.until("its shard is opened anew", SOON, () -> databases() == databases + 1);
      assertServes(reader, 1);
      assertThat(store.downloads()).hasSize(SHARDS + 1).last().asString().contains(name(file));
    }
  }

  @Test
  void aReaderIsClosedInTheMiddleOfScrubs() {
    CacheLimits limits = CacheLimits.defaults().withScrubInterval(Duration.ofNanos(1));
    for (int i = 0; i < 20; i++) {
      store = new ProbedStore(dataset.store());
      try (ShardedReader reader = open(limits)) {
        reader.prefetch();
      }
    }
  }

  @Test
  void aBoundedCacheFollowsTheVersionsAndGivesUpTheWayBackForRoom() {
    long version = datasetBytes();
    try (ShardedReader reader = open(CacheLimits.defaults().withMaxBytes(version * 5 / 2))) {
      reader.prefetch();
      for (int round = 2; round <= 5; round++) {
        publish(round);
        assertThat(reader.plan().bytesToFetch()).isPositive();
        assertThat(reader.refresh()).isTrue();
        assertServes(reader, round);
      }
    }
  }

  @Test
  void aVersionThatDoesNotFitIsRefusedAndTheOldOneGoesOn() {
    long version = datasetBytes();
    try (ShardedReader reader = open(CacheLimits.defaults().withMaxBytes(version * 3 / 2))) {
      reader.prefetch();
      publish(2);
      int downloads = store.downloads().size();
      RefreshPlan plan = reader.plan();
      assertThat(plan.fits()).isFalse();
      assertThatThrownBy(reader::refresh)
          .isInstanceOf(StorageException.class)
          .hasMessageContainingAll("version 2 is refused", Objects.requireNonNull(plan.refusal()));
      assertThat(store.downloads()).hasSize(downloads);
      assertServes(reader, 1);
    }
  }

  @Test
  void aRefreshAfterTheCacheWasDeletedFetchesWhatItNeeds() throws IOException {
    try (ShardedReader reader = open(CacheLimits.defaults())) {
      reader.prefetch();
      DirectoryTree.delete(directory.resolve("cache"));
      publish(2);
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 2);
      assertThat(tableFiles()).hasSize(SHARDS);
    }
  }

  @Test
  void whatEarlierReadersLeftIsPrunedAtTheStart() throws IOException {
    try (ShardedReader reader = open(CacheLimits.defaults())) {
      reader.prefetch();
    }
    for (Path file : tableFiles()) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }
    publish(2);
    store = new ProbedStore(dataset.store());
    try (ShardedReader reader = open(CacheLimits.defaults().withMaxBytes(1))) {
      Await.until("it is pruned", SOON, () -> tableFiles().isEmpty());
      assertThat(reader.version()).isEqualTo(2);
    }
  }

  private ShardedReader open(CacheLimits limits) {
    return ShardedReader.open(
        ReaderOptions.builder(dataset.uri())
            .cacheDirectory(directory.resolve("cache"))
            .cache(limits)
            .refreshInterval(Duration.ZERO)
            .build(),
        store);
  }

  private void publish(int round) {
    dataset.publish(LongStream.range(0, ROWS).boxed(), key -> noise(round, key));
  }

  private static void assertServes(ShardedReader reader, int round) {
    for (long key = 0; key < ROWS; key++) {
      assertThat(reader.get(key)).isEqualTo(noise(round, key));
    }
  }

  /** What does not compress, so that all versions are of about the same size. */
  private static byte[] noise(int round, Object key) {
    byte[] value = new byte[200];
    new Random((Long) key * 31 + round).nextBytes(value);
    return value;
  }

  private long datasetBytes() {
    try (ShardedReader reader = ShardedReader.open(dataset.options(directory.resolve("other")))) {
      return reader.shards().stream().mapToLong(s -> s.bytes()).sum();
    }
  }

  /** Changes a byte in place: of the cached file, and of the database that has a link to it. */
  private static void damage(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content, StandardOpenOption.WRITE);
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private List<Path> tableFiles() {
    return files("files", ".sst");
  }

  private long databases() {
    return files("open", "CURRENT").size();
  }

  private List<Path> files(String part, String suffix) {
    Path root = directory.resolve("cache").resolve(part);
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (file.toString().endsWith(suffix)) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }

            /** The reader goes on meanwhile: what it has just deleted is not there. */
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return found;
  }
}
