package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.reader.cache.CacheLimits;
import io.shardyfusion.reader.cache.Downloads;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.store.ObjectStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a snapshot that is replaced while views and cursors hold it. */
class SnapshotTest {

  @TempDir Path directory;

  private ObjectStore store;
  private FileCache cache;
  private Downloads downloads;
  private ReadResources resources;
  private final LookupPool pool = new LookupPool(2);
  private Snapshot snapshot;

  @BeforeEach
  void open() {
    store = TestDataset.ofLongs(directory, 2, 100).store();
    cache = FileCache.open(directory.resolve("cache"), CacheLimits.defaults());
    resources = new ReadResources(1 << 20);
    Dataset dataset = new Dataset(store, cache);
    PointerEntry entry = dataset.current();
    downloads = new Downloads(dataset, cache, CacheLimits.defaults());
    ShardPool pool = new ShardPool(new ShardOpener(dataset, cache, downloads, resources), 100);
    Manifest manifest = dataset.manifest(entry.manifest());
    snapshot =
        new Snapshot(
            "cities",
            entry,
            manifest,
            pool.hold(manifest.shards(), "balanced"),
            new LookupMeter(ReaderMetrics.NONE),
            () -> {});
  }

  @AfterEach
  void close() {
    pool.close();
    snapshot.close();
    downloads.close();
    resources.close();
    cache.close();
    store.close();
    Leaks.assertNone(directory);
  }

  @Test
  void lastsUntilTheLastPinGoes() {
    snapshot.pin();
    SnapshotView view = new SnapshotView(snapshot, pool, null);
    ShardCursor cursor = snapshot.scan(0, KeyRange.all());
    snapshot.unpin();
    assertThat(view.get(1L)).isEqualTo(value("v1", 1L));
    view.close();
    view.close();
    assertThat(cursor.next()).isTrue();
    assertThat(snapshot.get(1L)).isEqualTo(value("v1", 1L));
    assertThat(Leaks.openFiles(directory.resolve("cache"))).isNotEmpty();
    cursor.close();
    assertClosed();
  }

  @Test
  void aScanThatFailsHoldsNoPin() {
    assertThatThrownBy(() -> snapshot.scan(2, KeyRange.all())).hasMessageContaining("no shard 2");
    assertThatThrownBy(() -> snapshot.scan(0, KeyRange.all().prefix("x")))
        .hasMessageContaining("prefix");
    snapshot.unpin();
    assertClosed();
  }

  @Test
  void closingDoesNotWaitForPins() {
    snapshot.pin();
    ShardCursor cursor = snapshot.scan(0, KeyRange.all());
    assertThat(snapshot.get(1L)).isNotNull();
    snapshot.close();
    assertClosed();
    assertThatThrownBy(cursor::next).isInstanceOf(ClosedException.class);
    cursor.close();
    snapshot.unpin();
    snapshot.unpin();
  }

  private void assertClosed() {
    assertThatThrownBy(() -> snapshot.get(1L))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("version 1 of cities");
    assertThatThrownBy(snapshot::pin).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> snapshot.scan(0, KeyRange.all())).isInstanceOf(ClosedException.class);
    assertThatThrownBy(snapshot::info).isInstanceOf(ClosedException.class);
    // Its lock file alone: the databases are closed and gone.
    assertThat(Leaks.openFiles(directory.resolve("cache"))).hasSize(1);
  }
}
