package io.shardyfusion.flink;

import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.StoredObject;
import io.shardyfusion.store.open.ObjectStores;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A local store that asks before each write of an object. What it asks is found by the dataset's
 * URI, because Flink serializes what opens stores.
 */
public final class WatchedStore implements ObjectStore {

  private static final Map<String, Consumer<String>> WATCHERS = new ConcurrentHashMap<>();

  private final ObjectStore store;
  private final String uri;

  private WatchedStore(ObjectStore store, String uri) {
    this.store = store;
    this.uri = uri;
  }

  /** Opens a store; for {@link ShardyfusionSink#opener}. */
  static ObjectStore open(String uri, StoreOptions options) {
    return new WatchedStore(ObjectStores.open(uri, options), uri);
  }

  /**
   * From now on {@code watcher} gets the key of each object before it is written; it may wait or
   * throw.
   */
  public static void watch(String uri, Consumer<String> watcher) {
    WATCHERS.put(uri, watcher);
  }

  /** Ends that. */
  public static void unwatch(String uri) {
    WATCHERS.remove(uri);
  }

  private void ask(String key) {
    WATCHERS.getOrDefault(uri, k -> {}).accept(key);
  }

  @Override
  public URI root() {
    return store.root();
  }

  @Override
  public Optional<StoredObject> read(String key, long maxBytes) {
    return store.read(key, maxBytes);
  }

  @Override
  public ConditionalRead readIfChanged(String key, ObjectTag tag, long maxBytes) {
    return store.readIfChanged(key, tag, maxBytes);
  }

  @Override
  public Optional<Long> download(String key, Path target, LongConsumer progress) {
    return store.download(key, target, progress);
  }

  @Override
  public void write(String key, byte[] content) {
    ask(key);
    store.write(key, content);
  }

  @Override
  public void upload(String key, Path source) {
    ask(key);
    store.upload(key, source);
  }

  @Override
  public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
    ask(key);
    return store.writeIf(key, content, expectation);
  }

  @Override
  public Optional<ObjectInfo> stat(String key) {
    return store.stat(key);
  }

  @Override
  public Stream<ObjectInfo> list(String prefix) {
    return store.list(prefix);
  }

  @Override
  public void delete(Collection<String> keys) {
    store.delete(keys);
  }

  @Override
  public void close() {
    store.close();
  }
}
