package io.shardyfusion.store;

import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * An object store that passes every call on to another one: what decorators extend, which override
 * the calls that they add something to.
 *
 * <p>The other store's {@linkplain ObjectStore#requestMeter() meter} is not passed on: a decorator
 * need not send what it is asked for, and is counted by its calls.
 */
public abstract class ForwardingObjectStore implements ObjectStore {

  private final ObjectStore store;

  /** Passes to {@code store}, and closes it when closed. */
  protected ForwardingObjectStore(ObjectStore store) {
    this.store = store;
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
    store.write(key, content);
  }

  @Override
  public void upload(String key, Path source) {
    store.upload(key, source);
  }

  @Override
  public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
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

  /** The other store's. */
  @Override
  public String toString() {
    return store.toString();
  }
}
