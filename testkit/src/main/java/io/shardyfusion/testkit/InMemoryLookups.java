package io.shardyfusion.testkit;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.BytesMap;
import io.shardyfusion.reader.KeyRange;
import io.shardyfusion.reader.Lookups;
import io.shardyfusion.reader.RowCursor;
import io.shardyfusion.reader.ScanOrder;
import io.shardyfusion.reader.SnapshotInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lookups in memory, for tests that ask for no more: no files, no native library, microseconds to
 * make. Answers as a {@code ShardedReader} does, and is tested by the same tests. Thread-safe.
 *
 * <pre>{@code
 * InMemoryLookups cities = InMemoryLookups.of(Map.of(2988507L, paris));
 * Catalogue catalogue = new Catalogue(cities);
 * cities.replace(Map.of(2988507L, newParis));                  // version 2
 * cities.fail(new StorageException("the store is down"));      // until recover()
 * }</pre>
 *
 * <p>Asynchronous lookups are done at once, in the caller's thread.
 */
public final class InMemoryLookups implements Lookups {

  private final KeyEncoding encoding;
  private final int shards;
  private volatile InMemorySnapshot snapshot;
  private volatile @Nullable ShardyfusionException failure;

  private InMemoryLookups(KeyEncoding encoding, int shards, Map<?, byte[]> rows) {
    this.encoding = encoding;
    this.shards = shards;
    this.snapshot = new InMemorySnapshot(1, encoding, shards, rows);
  }

  /**
   * Lookups in one shard with these rows, as version 1.
   *
   * @param rows keys are {@link Long} (or {@link Integer}, {@link Short}, {@link Byte}), {@link
   *     String}, {@code byte[]} or {@link Key}, all of one type; without any, integers. Copied
   * @throws InvalidRequestException if a key is none, or keys are of several types
   */
  public static InMemoryLookups of(Map<?, byte[]> rows) {
    KeyEncoding encoding =
        rows.keySet().stream().findFirst().map(TestKeys::encodingOf).orElse(KeyEncoding.I64);
    return of(encoding, 1, rows);
  }

  /**
   * Lookups with these rows, as version 1.
   *
   * @param encoding how keys are stored, which says what can be a key, and the order of a scan
   * @param shards the number of shards, by the hash of the keys
   * @throws InvalidRequestException if the encoding cannot store a key
   */
  public static InMemoryLookups of(KeyEncoding encoding, int shards, Map<?, byte[]> rows) {
    return new InMemoryLookups(encoding, shards, rows);
  }

  /**
   * Replaces all rows, as the next version. Cursors stay on the version that they began with.
   *
   * @return the number of the version
   * @throws InvalidRequestException if the encoding cannot store a key
   */
  public synchronized long replace(Map<?, byte[]> rows) {
    snapshot = new InMemorySnapshot(snapshot.version() + 1, encoding, shards, rows);
    return snapshot.version();
  }

  /**
   * Lets every lookup, and the next row of every cursor, fail with {@code error} from now on. As of
   * a reader whose store is down, what the version states about itself goes on being told.
   */
  public void fail(ShardyfusionException error) {
    failure = error;
  }

  /** Ends what {@link #fail} began. */
  public void recover() {
    failure = null;
  }

  private InMemorySnapshot asked() {
    checkFailure();
    return snapshot;
  }

  /** Throws the error that everything fails with, if there is one. */
  void checkFailure() {
    ShardyfusionException error = failure;
    if (error != null) {
      throw error;
    }
  }

  @Override
  public byte @Nullable [] get(long key) {
    return get(Key.of(key));
  }

  @Override
  public byte @Nullable [] get(Key key) {
    byte[] value = asked().find(key);
    return value == null ? null : value.clone();
  }

  @Override
  public int get(Key key, ByteBuffer value) {
    byte[] found = asked().find(key);
    if (!value.isDirect() || value.isReadOnly()) {
      throw new InvalidRequestException(
          "the buffer for a value must be direct and writable, found a "
              + (value.isReadOnly() ? "read-only" : "heap")
              + " one; allocate it by ByteBuffer.allocateDirect");
    }
    if (found == null) {
      return NOT_FOUND;
    }
    if (found.length <= value.remaining()) {
      value.put(value.position(), found).limit(value.position() + found.length);
    }
    return found.length;
  }

  @Override
  @SuppressWarnings("unchecked") // The keys are the caller's, or buffers if those are byte[].
  public <K> Map<K, byte[]> multiGet(Collection<K> keys) {
    InMemorySnapshot all = asked();
    List<K> wanted = new ArrayList<>(keys);
    boolean byContent = !wanted.isEmpty() && wanted.get(0) instanceof byte[];
    Map<Object, byte[]> found = new LinkedHashMap<>();
    for (K key : wanted) {
      if (key instanceof byte[] != byContent) {
        throw new InvalidRequestException(
            "the keys of one multiGet are all of type byte[], or none is; found both");
      }
      Key typed = Key.ofObject(key);
      byte[] value = all.find(typed);
      if (value != null) {
        found.putIfAbsent(byContent ? ByteBuffer.wrap(typed.canonical()) : key, value.clone());
      }
    }
    Map<?, byte[]> result =
        byContent
            ? new BytesMap<>((Map<ByteBuffer, byte[]>) (Map<?, byte[]>) found)
            : Collections.unmodifiableMap(found);
    return (Map<K, byte[]>) result;
  }

  @Override
  public CompletableFuture<byte @Nullable []> getAsync(Key key) {
    try {
      return CompletableFuture.completedFuture(get(key));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public <K> CompletableFuture<Map<K, byte[]>> multiGetAsync(Collection<K> keys) {
    try {
      return CompletableFuture.completedFuture(multiGet(keys));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public int route(Key key) {
    return snapshot.route(key);
  }

  @Override
  public ShardEntry shardFor(Key key) {
    InMemorySnapshot all = snapshot;
    return all.entries().get(all.route(key));
  }

  @Override
  public RowCursor scan(int shard, KeyRange range) {
    InMemorySnapshot all = snapshot;
    return new InMemoryCursor(this, all, all.rows(shard, range));
  }

  @Override
  public RowCursor scan(KeyRange range, ScanOrder order) {
    InMemorySnapshot all = snapshot;
    return new InMemoryCursor(this, all, all.rows(range, Objects.requireNonNull(order, "order")));
  }

  @Override
  public SnapshotInfo snapshot() {
    return snapshot.info();
  }

  @Override
  public List<ShardEntry> shards() {
    return snapshot.entries();
  }
}
