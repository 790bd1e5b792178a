package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.snapshot.SnapshotVerifier;
import io.shardyfusion.snapshot.SnapshotVerifier.Depth;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.changes.PrefixOracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Follows a dataset's pointer in a thread of its own, and gives every version that is announced to
 * the oracle; one in {@link #ONE_IN_DEEP} is verified besides. The pointer remembers 200 versions,
 * so none is missed unless this falls that far behind, which the oracle would notice.
 */
final class AnnouncedVersions implements AutoCloseable {

  private static final int ONE_IN_DEEP = 20;
  private static final long POLL_MILLIS = 50;

  private final ObjectStore store;
  private final Dataset dataset;
  private final PrefixOracle oracle;
  private final SnapshotRows rows;
  private final Path work;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::follow, "announced-versions");
  private volatile @Nullable Throwable failure;
  private final AtomicInteger verified = new AtomicInteger();

  AnnouncedVersions(String uri, PrefixOracle oracle, Path directory) throws IOException {
    this(uri, StoreOptions.defaults(), oracle, directory);
  }

  AnnouncedVersions(String uri, StoreOptions options, PrefixOracle oracle, Path directory)
      throws IOException {
    this.store = ObjectStores.open(uri, options);
    this.dataset = new Dataset(store);
    this.oracle = oracle;
    this.rows = new SnapshotRows(dataset, Files.createDirectories(directory.resolve("read")));
    this.work = Files.createDirectories(directory.resolve("verify"));
    thread.start();
  }

  /** The newest version, checked or not; 0 if there is none. */
  long announced() {
    return dataset.pointer().map(p -> p.pointer().lastVersion()).orElse(0L);
  }

  /** Whether a version was found to be wrong, or could not be read. */
  boolean failed() {
    return failure != null;
  }

  /** Throws what was found. */
  void requireNoFailure() {
    Throwable found = failure;
    if (found != null) {
      throw new AssertionError(found.getMessage(), found);
    }
  }

  /** How many versions were verified deeply. */
  int verified() {
    return verified.get();
  }

  /** Verifies a version, every object and every row. */
  synchronized void verify(long version) {
    assertThat(
            new SnapshotVerifier(dataset, Depth.ROWS, work, (done, all, bytes) -> {})
                .verify(String.valueOf(version))
                .problems())
        .as("problems of version " + version)
        .isEmpty();
    verified.incrementAndGet();
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    store.close();
  }

  private void follow() {
    try {
      do {
        Pointer pointer = dataset.pointer().map(p -> p.pointer()).orElse(null);
        if (pointer != null) {
          check(pointer);
        }
      } while (!stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void check(Pointer pointer) {
    List<PointerEntry> oldestFirst = new ArrayList<>(pointer.history());
    Collections.reverse(oldestFirst);
    for (PointerEntry entry : oldestFirst) {
      if (entry.version() > oracle.lastVersion()) {
        Map<String, String> content = rows.read(entry);
        oracle.check(entry.version(), content);
        if (entry.version() % ONE_IN_DEEP == 0) {
          verify(entry.version());
        }
      }
    }
  }
}
