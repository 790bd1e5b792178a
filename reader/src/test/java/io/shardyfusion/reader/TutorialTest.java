package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.KeyEncoding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The reader from its opening to its closing, to be read from top to bottom. The marked regions are
 * the snippets of {@code docs/reader.md}.
 */
class TutorialTest {

  // Keys are integers, text or bytes; those of this dataset are the ids of cities.
  private static final long PARIS = 2_988_507;
  private static final long TOKYO = 1_850_147;
  private static final long NOWHERE = 1;

  /** What the values hold, as JSON. */
  record City(String name, int year) {}

  @TempDir Path directory;

  private TestDataset cities;
  private String dataset;
  private Path cache;
  private ReaderOptions options;

  /** What the snippets found. */
  private final List<Object> used = new ArrayList<>();

  @BeforeEach
  void publish() {
    // A Flink job publishes datasets. This one is made by what such a job consists of: eight
    // shards, each a RocksDB, and a pointer that names them as version 1.
    cities = new TestDataset(directory, KeyEncoding.I64, 8);
    publish(2024);
    dataset = cities.uri();
    cache = directory.resolve("cache");

    // No refreshes but those that we ask for, so that the tests know what is served.
    options =
        ReaderOptions.builder(dataset).cacheDirectory(cache).refreshInterval(Duration.ZERO).build();
  }

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @Test
  void aReaderIsOpenedOnceAndAskedForValues() {
    // begin open
    ReaderOptions options =
        ReaderOptions.builder(dataset) // s3://bucket/cities, or file:///var/data/cities
            .cacheDirectory(cache) // let it outlive a restart: the next start downloads less
            .refreshInterval(Duration.ofSeconds(30))
            .build();

    try (ShardedReader reader = ShardedReader.open(options)) {
      byte[] paris = reader.get(PARIS); // null: not there
      Map<Long, byte[]> found = reader.multiGet(List.of(TOKYO, PARIS, NOWHERE));

      use(new String(paris, UTF_8), found.keySet()); // {"name":"Paris", … and [TOKYO, PARIS]
    }
    // end open

    assertThat(used.get(0)).isEqualTo("{\"name\":\"Paris\",\"year\":2024}");
    assertThat(used.get(1).toString()).isEqualTo("[1850147, 2988507]");
  }

  @Test
  void aKeyOfTheWrongTypeIsAnErrorAndNoMiss() {
    try (ShardedReader reader = ShardedReader.open(options)) {
      assertThat(reader.get(NOWHERE)).isNull();
      assertThatThrownBy(() -> reader.get("2988507"))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("2988507");
    }
  }

  @Test
  void aViewStaysOnOneVersion() {
    try (ShardedReader reader = ShardedReader.open(options)) {
      // begin view
      try (SnapshotView view = reader.view()) {
        byte[] paris = view.get(PARIS);
        byte[] tokyo = view.get(TOKYO); // of the version that paris is of, whatever came between
        use(view.version(), paris, tokyo);
      }
      // end view

      assertThat(used.get(0)).isEqualTo(1L);
      try (SnapshotView before = reader.view()) {
        publish(2025);
        assertThat(reader.refresh()).isTrue();
        assertThat(before.get(PARIS)).isEqualTo(city("Paris", 2024));
        assertThat(reader.get(PARIS)).isEqualTo(city("Paris", 2025));
      }
    }
  }

  @Test
  void aRefreshServesTheNewVersionAndTellsListeners() {
    try (ShardedReader reader = ShardedReader.open(options)) {
      CompletableFuture<String> told = new CompletableFuture<>();
      publish(2025);

      // begin refresh
      reader.addListener(
          new ReaderListener() {
            @Override
            public void swapped(SnapshotInfo before, SnapshotInfo now) {
              told.complete(before.version() + " -> " + now.version());
            }
          });

      RefreshPlan plan = reader.plan(); // what a refresh would take; it fetches only documents
      if (plan.fits() && reader.refresh()) {
        use(plan.bytesToFetch(), reader.version());
      }
      // end refresh

      assertThat(used).containsExactly(0L, 2L); // Shards are fetched when they are asked.
      assertThat(told.join()).isEqualTo("1 -> 2");
      assertThat(reader.refresh()).as("another version, again").isFalse();
    }
  }

  @Test
  void valuesComeDecoded() {
    try (ShardedReader reader = ShardedReader.open(options)) {
      // begin typed
      TypedReader<Long, City> cities =
          TypedReader.of(reader, Long.class, ValueDecoder.json(City.class));

      City paris = cities.get(PARIS); // null: not there
      // end typed

      assertThat(paris).isEqualTo(new City("Paris", 2024));
      assertThat(cities.get(NOWHERE)).isNull();
    }
  }

  @Test
  void rowsAreScannedInTheOrderOfTheirKeys() {
    try (ShardedReader reader = ShardedReader.open(options)) {
      // begin scan
      KeyRange range = KeyRange.all().from(1_000_000L).to(2_988_507L); // without its end
      try (RowCursor rows = reader.scan(range, ScanOrder.BY_KEY)) {
        while (rows.next()) {
          use(rows.key(), rows.value());
        }
      }
      // end scan

      assertThat(used).hasSize(2).first().isEqualTo(TOKYO);
    }
  }

  @Test
  void aReaderWaitsForAVersion() {
    try (ShardedReader reader = ShardedReader.open(options)) {
      CompletableFuture<Void> publication = CompletableFuture.runAsync(() -> publish(2025));

      // begin await
      if (reader.awaitAtLeast(AtLeast.version(2), Duration.ofSeconds(30))) {
        use(reader.get(PARIS)); // of version 2, or a later one
      }
      // end await

      publication.join();
      assertThat(used).containsExactly(city("Paris", 2025));
    }
  }

  @Test
  void aServiceIsReadyWhenItsReaderIsWarm() {
    long needed = 1; // The first version that has what this service asks for.
    // begin warm
    ReaderOptions options =
        ReaderOptions.builder(dataset)
            .cacheDirectory(cache) // what an earlier start fetched is not fetched again
            .eager() // opened with all shards, as each later version is before its swap
            .staleOk() // a start while the store is away serves what the cache has
            .build();

    ShardedReader reader = ShardedReader.open(options); // before the service says that it is ready
    boolean fresh = reader.awaitAtLeast(AtLeast.version(needed), Duration.ofMinutes(1));
    boolean ready = fresh && reader.health().status() != ReaderHealth.Status.UNHEALTHY;
    // end warm

    assertThat(ready).isTrue();
    assertThat(reader.stats().shardsOpen()).isEqualTo(8);
    reader.close();
  }

  @Test
  void aReaderSaysHowItIs() {
    try (ShardedReader reader = ShardedReader.open(options)) {
      // begin health
      ReaderHealth health = reader.health();
      int httpStatus = health.status() == ReaderHealth.Status.UNHEALTHY ? 503 : 200;
      use(httpStatus, health.problems());
      // end health

      assertThat(used).containsExactly(200, List.of());
      assertThat(health.version()).isEqualTo(1);
      assertThat(reader.stats().lookups()).isZero();
    }
  }

  @Test
  void afterItIsClosedEverythingSaysSo() {
    ShardedReader reader = ShardedReader.open(options);
    SnapshotView view = reader.view();
    RowCursor rows = view.scan(KeyRange.all());

    reader.close(); // Views and cursors end with it. A second time it does nothing.

    assertThatThrownBy(() -> reader.get(PARIS)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> view.get(PARIS)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(rows::next).isInstanceOf(ClosedException.class);
    assertThat(reader.health().status()).isEqualTo(ReaderHealth.Status.UNHEALTHY);
    rows.close();
    view.close();
  }

  private void publish(int year) {
    Map<Object, String> names = Map.of(PARIS, "Paris", TOKYO, "Tokyo");
    cities.publish(names.keySet().stream(), key -> city(names.get(key), year));
  }

  private static byte[] city(String name, int year) {
    return bytes("{\"name\":\"" + name + "\",\"year\":" + year + "}");
  }

  private void use(Object... values) {
    used.addAll(List.of(values));
  }
}
