package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.pointer.Order;
import io.shardyfusion.pointer.PointerOperations;
import io.shardyfusion.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong with the store, and what is in it, while a reader is open. */
@Timeout(120)
class FaultTest {

  private static final int SHARDS = 4;
  private static final int ROWS = 500;
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path directory;

  private TestDataset dataset;
  private ProbedStore store;

  @BeforeEach
  void publish() {
    dataset = TestDataset.ofLongs(directory, SHARDS, ROWS);
    store = new ProbedStore(dataset.store());
  }

  @AfterEach
  void nothingIsLeftOpen() {
    store.close();
    Leaks.assertNone(directory);
  }

  @Test
  void aStoreThatIsDownForManyRefreshesFailsNoLookupAndTheReaderHealsByItself() {
    AtomicBoolean down = new AtomicBoolean();
    store.beforeRead(key -> failIf(down.get()));
    ReaderOptions options =
        options()
            .refreshInterval(Duration.ofMillis(5))
            .health(HealthLimits.defaults().withUnhealthyAfter(Duration.ofMillis(100)))
            .build();
    try (ShardedReader reader = ShardedReader.open(options, store)) {
      reader.prefetch();
      down.set(true);
      publishAll("v2");
      Await.until(
          "the reader is unhealthy",
          SOON,
          () -> {
            assertServes(reader, 1, "v1");
            ReaderHealth health = reader.health();
            return health.failures() >= 4 && health.status() == ReaderHealth.Status.UNHEALTHY;
          });
      assertThat(String.join("; ", reader.health().problems()))
          .contains("connection refused", "the pointer was last read");
      down.set(false);
      Await.until("version 2", SOON, () -> reader.version() == 2);
      assertServes(reader, 2, "v2");
      assertHealthy(reader);
    }
  }

  @Test
  void aDownloadThatIsCutShortIsRefusedAndTheNextOneServed() {
    assertDamagedDownloadIsRefused(
        file -> Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100)));
  }

  @Test
  void aDownloadWithAFlippedBitIsRefusedWithBothDigestsAndTheNextOneServed() {
    assertDamagedDownloadIsRefused(FaultTest::flip);
  }

  @Test
  void aManifestThatIsNotWhatWasAnnouncedIsRefusedUntilASoundVersionIsAnnounced()
      throws IOException {
    try (ShardedReader reader = open()) {
      reader.prefetch();
      PointerEntry entry = publishAll("v2");
      String object = entry.manifest().object();
      flip(dataset.object(object));
      assertRefused(reader, 2, object, entry.manifest().sha256());
      publishAll("v3");
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 3, "v3");
      assertHealthy(reader);
    }
  }

  @Test
  void aDescriptorThatIsNotWhatTheManifestSaysIsRefusedUntilItIsRestored() throws IOException {
    try (ShardedReader reader = open()) {
      reader.prefetch();
      publishAll("v2");
      // Of a reader with a cache of its own, which tells where the descriptor is.
      String object;
      Sha256 digest;
      try (ShardedReader other =
          ShardedReader.open(dataset.options(directory.resolve("other/cache")))) {
        object = other.shardFor(1L).descriptorObject();
        digest = other.shardFor(1L).descriptor();
      }
      byte[] sound = Files.readAllBytes(dataset.object(object));
      flip(dataset.object(object));
      assertRefused(reader, 2, object, digest);
      Files.write(dataset.object(object), sound);
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 2, "v2");
      assertHealthy(reader);
    }
  }

  @Test
  void aPointerOfGarbageIsAnErrorAndTheVersionIsServedUntilItIsRestored() throws IOException {
    try (ShardedReader reader = open()) {
      reader.prefetch();
      publishAll("v2");
      byte[] sound = Files.readAllBytes(dataset.object(Layout.POINTER));
      for (byte[] garbage :
          new byte[][] {{}, TestDataset.bytes("{\"current\": 1}"), sound.clone()}) {
        if (garbage.length == sound.length) {
          garbage[garbage.length / 2] = 0;
        }
        Files.write(dataset.object(Layout.POINTER), garbage);
        assertThatThrownBy(reader::refresh)
            .isInstanceOf(DataDamagedException.class)
            .hasMessageContaining(Layout.POINTER);
        assertServes(reader, 1, "v1");
        assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.DEGRADED);
      }
      Files.write(dataset.object(Layout.POINTER), sound);
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 2, "v2");
      assertHealthy(reader);
    }
  }

  @Test
  void aPointerThatIsDeletedAndRestoredAsItWasIsNoNewVersion() throws IOException {
    try (ShardedReader reader = open()) {
      byte[] sound = Files.readAllBytes(dataset.object(Layout.POINTER));
      Files.delete(dataset.object(Layout.POINTER));
      assertThatThrownBy(reader::refresh).isInstanceOf(NotFoundException.class);
      assertServes(reader, 1, "v1");
      assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.DEGRADED);
      Files.write(dataset.object(Layout.POINTER), sound);
      assertThat(reader.refresh()).isFalse();
      assertServes(reader, 1, "v1");
      assertHealthy(reader);
    }
  }

  @Test
  void aDatasetOfTheSameNameAndVersionWithOtherContentsIsFollowed() throws IOException {
    try (ShardedReader reader = open();
        SnapshotView before = reader.view()) {
      reader.prefetch();
      DirectoryTree.delete(dataset.root());
      dataset = new TestDataset(directory, KeyEncoding.I64, SHARDS);
      assertThat(publishAll("other").version()).isEqualTo(1);
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 1, "other");
      assertThat(before.get(1L)).isEqualTo(value("v1", 1L));
      assertThat(reader.refresh()).isFalse();
      assertHealthy(reader);
    }
  }

  @Test
  void goingBackToTheVersionBeforeDownloadsNothing() {
    try (ShardedReader reader = open()) {
      reader.prefetch();
      publishAll("v2");
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 2, "v2");
      Await.until("version 1 is closed", SOON, () -> reader.versionsOpen() == 1);
      int downloads = store.downloads().size();
      List<String> documents = documentsRead();
      moveTo(1);
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 1, "v1");
      moveTo(2);
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 2, "v2");
      assertThat(store.downloads()).hasSize(downloads);
      assertThat(documentsRead()).isEqualTo(documents);
    }
  }

  @Test
  void aVersionThatWasRefusedOnceIsServedWhenItIsWholeAndNotHeldAgainstIt() {
    AtomicBoolean down = new AtomicBoolean(true);
    store.beforeDownload(key -> failIf(down.get()));
    try (ShardedReader reader = open()) {
      down.set(false);
      reader.prefetch();
      down.set(true);
      publishAll("v2");
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(reader::refresh)
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("connection refused");
        assertServes(reader, 1, "v1");
      }
      down.set(false);
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 2, "v2");
      assertHealthy(reader);
    }
  }

  private interface Damage {
    void to(Path file) throws IOException;
  }

  private void assertDamagedDownloadIsRefused(Damage damage) {
    try (ShardedReader reader = open()) {
      reader.prefetch();
      publishAll("v2");
      store.afterDownload(
          file -> {
            try {
              damage.to(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      assertThatThrownBy(reader::refresh)
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContainingAll("files/", ".sst", "expected SHA-256", "found");
      assertServes(reader, 1, "v1");
      assertThat(String.join("; ", reader.health().problems()))
          .contains("version 1 is served", "has been 2", ".sst");
      store.afterDownload(file -> {});
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 2, "v2");
      assertHealthy(reader);
    }
  }

  private static void assertRefused(
      ShardedReader reader, long version, String object, Sha256 expected) {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(reader::refresh)
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContainingAll(object, expected.toString(), "found");
      assertServes(reader, 1, "v1");
    }
    assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.DEGRADED);
    assertThat(reader.health().failures()).isEqualTo(2);
    assertThat(String.join("; ", reader.health().problems()))
        .contains("version 1 is served", "has been " + version, object, expected.toString());
  }

  private static void assertHealthy(ShardedReader reader) {
    Await.until(
        "the reader is healthy",
        SOON,
        () -> reader.health().problems().toString(),
        () -> reader.health().status() == ReaderHealth.Status.HEALTHY);
  }

  private static void assertServes(ShardedReader reader, long version, String text) {
    assertThat(reader.version()).isEqualTo(version);
    for (long key = 0; key < ROWS; key += 50) {
      assertThat(reader.get(key)).isEqualTo(value(text, key));
    }
    assertThat(reader.get(ROWS)).isNull();
  }

  private static void failIf(boolean down) {
    if (down) {
      throw new StorageException("connection refused");
    }
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private List<String> documentsRead() {
    return store.reads().stream().filter(key -> !key.equals(Layout.POINTER)).toList();
  }

  private void moveTo(long version) {
    new PointerOperations(store, Clock.systemUTC()).pin(version, Order.SILENT).orThrow();
  }

  private PointerEntry publishAll(String version) {
    return dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value(version, key));
  }

  private ReaderOptions.Builder options() {
    return ReaderOptions.builder(dataset.uri())
        .cacheDirectory(directory.resolve("cache"))
        .refreshInterval(Duration.ZERO);
  }

  private ShardedReader open() {
    return ShardedReader.open(options().build(), store);
  }
}
