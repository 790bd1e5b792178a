package io.shardyfusion.testkit;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.pointer.Order;
import io.shardyfusion.pointer.PointerOperations;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.temporary.TemporaryDirectory;
import io.shardyfusion.writer.SnapshotWriter;
import io.shardyfusion.writer.SnapshotWriterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A dataset for a test, in a temporary directory that is deleted when it is closed: a real one,
 * which {@link ShardedReader} reads as it reads those of production, and which can be what these
 * are at their worst. Thread-safe.
 *
 * <pre>{@code
 * try (TestDataset cities = TestDataset.of(Map.of(2988507L, paris))) {
 *   ShardedReader reader = cities.reader();
 *   cities.publish(Map.of(2988507L, newParis));
 *   reader.refresh();
 * }
 * }</pre>
 *
 * <p>Publishing takes some tens of milliseconds. Readers are told of nothing: they refresh when the
 * test says {@link ShardedReader#refresh}, unless their options say otherwise.
 */
public final class TestDataset implements AutoCloseable {

  private static final int SHARDS = 2;
  private static final Order ORDER = new Order("test", "by a test");

  private final TemporaryDirectory directory;
  private final Path root;
  private final UnaryOperator<SnapshotWriterOptions.Builder> options;
  private final List<ShardedReader> readers = new ArrayList<>();
  private final Set<Path> damaged = new HashSet<>();
  private int caches;
  private boolean closed;

  private TestDataset(UnaryOperator<SnapshotWriterOptions.Builder> options) {
    this.directory = TemporaryDirectory.create();
    this.root = directory.path().resolve("dataset");
    this.options = options;
  }

  /** A dataset with nothing in it, not even a version. */
  public static TestDataset create() {
    return create(options -> options);
  }

  /**
   * A dataset with nothing in it, not even a version.
   *
   * @param options sets what is to be otherwise than by default: two shards, and the key encoding
   *     that the first key of a version asks for
   */
  public static TestDataset create(UnaryOperator<SnapshotWriterOptions.Builder> options) {
    return new TestDataset(options);
  }

  /**
   * A dataset whose version 1 has these rows.
   *
   * @param rows keys are {@link Long} (or {@link Integer}, {@link Short}, {@link Byte}), {@link
   *     String}, {@code byte[]} or {@link Key}, all of one type
   * @throws InvalidRequestException if a key is none, or keys are of several types
   */
  public static TestDataset of(Map<?, byte[]> rows) {
    TestDataset created = create();
    try {
      created.publish(rows);
      return created;
    } catch (Throwable e) {
      Cleanup.afterFailure(e, created);
      throw e;
    }
  }

  /** The dataset's URI, for options of your own. */
  public String uri() {
    return root.toUri().toString();
  }

  /**
   * Publishes a version that has these rows and no others.
   *
   * @param rows as of {@link #of}
   * @return the number of the version; readers do not see it while the dataset is {@linkplain #hold
   *     held}
   * @throws InvalidRequestException if a key is none, or keys are of several types
   * @throws io.shardyfusion.StorageException if the dataset {@linkplain #goStale is stale}
   */
  public synchronized long publish(Map<?, byte[]> rows) {
    checkOpen();
    KeyEncoding encoding =
        rows.keySet().stream().findFirst().map(TestKeys::encodingOf).orElse(KeyEncoding.I64);
    SnapshotWriterOptions.Builder builder =
        SnapshotWriterOptions.builder(uri())
            .shards(SHARDS)
            .keyEncoding(encoding)
            .allowEmpty()
            .parallelism(1)
            .sortMemoryBytes(1 << 20)
            .directory(directory.path().resolve("writing"));
    try (SnapshotWriter writer = SnapshotWriter.open(options.apply(builder).build())) {
      rows.forEach((key, value) -> writer.put(Key.ofObject(key), value));
      return writer.publish().version();
    }
  }

  /**
   * Holds the dataset at its current version: versions that are published from now on are held, and
   * readers do not see them.
   *
   * @throws io.shardyfusion.NotFoundException if there is no version yet
   */
  public synchronized void hold() {
    try (ObjectStore store = store()) {
      new PointerOperations(store, Clock.systemUTC()).pinCurrent(ORDER).orThrow();
    }
  }

  /** Ends what {@link #hold} began: readers see the newest version again. */
  public synchronized void release() {
    try (ObjectStore store = store()) {
      new PointerOperations(store, Clock.systemUTC()).unpin(ORDER).orThrow();
    }
  }

  /**
   * Damages every table file of the current version, one bit of each. Readers that have a shard go
   * on with it; the others find the damage when they fetch one. The next version is whole.
   * Idempotent.
   *
   * @throws io.shardyfusion.NotFoundException if there is no version yet
   */
  public synchronized void damage() {
    try (ObjectStore store = store()) {
      Dataset dataset = new Dataset(store);
      Manifest manifest = dataset.manifest(dataset.current().manifest());
      for (ShardEntry shard : manifest.shards()) {
        for (TableFile file : dataset.descriptor(shard).files()) {
          Path path = root.resolve(file.object());
          if (damaged.add(path)) {
            damage(path);
          }
        }
      }
    }
  }

  private static void damage(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      content[content.length / 2] ^= 1;
      Path damaged = file.resolveSibling("damaged");
      Files.write(damaged, content);
      Files.move(damaged, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes the dataset unreachable, as a store that does not answer: readers go on with what they
   * have, their refreshes and fetches fail, and their health says so. Idempotent.
   */
  public synchronized void goStale() {
    checkOpen();
    if (isStale()) {
      return;
    }
    try {
      Files.createDirectories(root);
      Files.move(root, away());
      Files.createSymbolicLink(root, root.getFileName()); // A loop: every read of it fails.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends what {@link #goStale} began. Idempotent. */
  public synchronized void recover() {
    checkOpen();
    if (!isStale()) {
      return;
    }
    try {
      Files.delete(root);
      Files.move(away(), root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isStale() {
    return Files.isSymbolicLink(root);
  }

  private Path away() {
    return root.resolveSibling("dataset-away");
  }

  /**
   * Options of a reader of this dataset: with a cache directory of its own, and without periodic
   * refresh.
   */
  public synchronized ReaderOptions.Builder readerOptions() {
    checkOpen();
    return ReaderOptions.builder(uri())
        .cacheDirectory(directory.path().resolve("cache-" + caches++))
        .refreshInterval(Duration.ZERO);
  }

  /**
   * Opens a reader with the {@linkplain #readerOptions options} for this dataset; it is closed with
   * it, if not before.
   *
   * @throws io.shardyfusion.NotFoundException if there is no version yet
   */
  public ShardedReader reader() {
    return reader(readerOptions().build());
  }

  /** Opens a reader with other options; it is closed with this dataset, if not before. */
  public synchronized ShardedReader reader(ReaderOptions chosen) {
    checkOpen();
    ShardedReader reader = ShardedReader.open(chosen);
    readers.add(reader);
    return reader;
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("this dataset was closed, and is gone; make another");
    }
  }

  private ObjectStore store() {
    checkOpen();
    return ObjectStores.open(uri(), StoreOptions.defaults());
  }

  /** Closes the readers that were opened here, and deletes the dataset. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    List<AutoCloseable> all = new ArrayList<>(readers);
    all.add(directory);
    Cleanup.all(all);
  }
}
