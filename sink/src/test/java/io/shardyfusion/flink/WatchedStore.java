package io.shardyfusion.flink;

import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ForwardingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A local store that asks before each write of an object. What it asks is found by the dataset's
 * URI, because Flink serializes what opens stores.
 */
public final class WatchedStore extends ForwardingObjectStore {

  private static final Map<String, Consumer<String>> WATCHERS = new ConcurrentHashMap<>();

  private final String uri;

  private WatchedStore(ObjectStore store, String uri) {
    super(store);
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
  public void write(String key, byte[] content) {
    ask(key);
    super.write(key, content);
  }

  @Override
  public void upload(String key, Path source) {
    ask(key);
    super.upload(key, source);
  }

  @Override
  public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
    ask(key);
    return super.writeIf(key, content, expectation);
  }
}
