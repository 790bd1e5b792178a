package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.PointerEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers that are opened on a damaged version, or without the store. */
@Timeout(120)
class ColdStartTest {

  private static final int ROWS = 200;

  @TempDir Path directory;

  private TestDataset dataset;

  @BeforeEach
  void publish() {
    dataset = TestDataset.ofLongs(directory, 2, ROWS);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @Test
  void aDamagedManifestMakesItServeTheVersionBeforeUntilASoundOneIsAnnounced() throws IOException {
    String object = damage(publishAll("v2"));
    try (Logged logged = new Logged();
        ShardedReader reader = ShardedReader.open(options().build())) {
      assertServes(reader, 1, "v1");
      assertThat(logged.messages("event=opened_earlier_version", "version=1", "current=2", object))
          .hasSize(1);
      ReaderHealth health = reader.health();
      assertThat(health.status()).isEqualTo(ReaderHealth.Status.DEGRADED);
      assertThat(String.join("; ", health.problems()))
          .contains("version 1 is served", "has been 2", object);
      assertThatThrownBy(reader::refresh).isInstanceOf(DataDamagedException.class);
      assertServes(reader, 1, "v1");
      publishAll("v3");
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 3, "v3");
      assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.HEALTHY);
    }
  }

  @Test
  void asManyEarlierVersionsAreTriedAsTheOptionsSay() throws IOException {
    String second = damage(publishAll("v2"));
    String third = damage(publishAll("v3"));
    for (int allowed = 0; allowed < 2; allowed++) {
      ReaderOptions options = options().maxFallbackVersions(allowed).build();
      assertThatThrownBy(() -> ShardedReader.open(options))
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContaining(third);
    }
    try (ShardedReader reader = ShardedReader.open(options().maxFallbackVersions(2).build())) {
      assertServes(reader, 1, "v1");
      assertThat(reader.health().problems().toString()).contains(third).doesNotContain(second);
    }
  }

  @Test
  void withoutTheStoreItServesWhatTheCacheHasAndSaysSo() {
    fillCache();
    ProbedStore store = storeThatFails(key -> true);
    try (Logged logged = new Logged();
        ShardedReader reader = ShardedReader.open(options().staleOk().build(), store)) {
      assertServes(reader, 1, "v1");
      assertThat(logged.messages("event=opened_from_cache", "connection refused")).hasSize(1);
      ReaderHealth health = reader.health();
      assertThat(health.status()).isEqualTo(ReaderHealth.Status.DEGRADED);
      assertThat(health.checkedAge()).isNotNull().isLessThan(Duration.ofMinutes(10));
      assertThat(health.problems().toString()).contains("connection refused");
      assertThatThrownBy(reader::refresh).isInstanceOf(StorageException.class);
      publishAll("v2");
      store.beforeRead(key -> {});
      assertThat(reader.refresh()).isTrue();
      assertServes(reader, 2, "v2");
      assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.HEALTHY);
    }
  }

  @Test
  void withoutTheStoreItIsAnErrorWhereNobodyAllowedOtherwiseOrNothingIsCached() {
    ReaderOptions allowed = options().staleOk().build();
    assertThatThrownBy(() -> ShardedReader.open(allowed, storeThatFails(key -> true)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("connection refused");
    fillCache();
    ReaderOptions plain = options().build();
    assertThatThrownBy(() -> ShardedReader.open(plain, storeThatFails(key -> true)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("connection refused");
  }

  @Test
  void aPointerThatWasSeenWithoutItsVersionDoesNotKeepTheLastWholeVersionFromBeingServed() {
    fillCache();
    publishAll("v2");
    // The pointer answers, and is kept; then the store is gone.
    ReaderOptions options = options().staleOk().build();
    try (ShardedReader reader =
        ShardedReader.open(options, storeThatFails(key -> !key.equals(Layout.POINTER)))) {
      assertServes(reader, 1, "v1");
      assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.DEGRADED);
      assertThat(reader.health().problems().toString()).contains("has been 2");
    }
    try (ShardedReader reader = ShardedReader.open(options, storeThatFails(key -> true))) {
      assertServes(reader, 1, "v1");
    }
  }

  @Test
  void aKeptPointerOfGarbageIsAsGoodAsNone() throws IOException {
    fillCache();
    try (var files = Files.list(directory.resolve("cache/datasets"))) {
      for (Path file : files.toList()) {
        Files.writeString(file, "{");
      }
    }
    ReaderOptions options = options().staleOk().build();
    assertThatThrownBy(() -> ShardedReader.open(options, storeThatFails(key -> true)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("connection refused");
  }

  private void fillCache() {
    try (ShardedReader reader = ShardedReader.open(options().build())) {
      reader.prefetch();
    }
  }

  private ProbedStore storeThatFails(Predicate<String> keys) {
    ProbedStore store = new ProbedStore(dataset.store());
    store.beforeRead(
        key -> {
          if (keys.test(key)) {
            throw new StorageException("connection refused");
          }
        });
    return store;
  }

  private static void assertServes(ShardedReader reader, long version, String text) {
    assertThat(reader.version()).isEqualTo(version);
    for (long key = 0; key < ROWS; key += 20) {
      assertThat(reader.get(key)).isEqualTo(value(text, key));
    }
  }

  private String damage(PointerEntry entry) throws IOException {
    Path file = dataset.object(entry.manifest().object());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    return entry.manifest().object();
  }

  private PointerEntry publishAll(String version) {
    return dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value(version, key));
  }

  private ReaderOptions.Builder options() {
    return ReaderOptions.builder(dataset.uri())
        .cacheDirectory(directory.resolve("cache"))
        .refreshInterval(Duration.ZERO);
  }
}
