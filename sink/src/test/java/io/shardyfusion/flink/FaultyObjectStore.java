package io.shardyfusion.flink;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ForwardingObjectStore;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A store that fails as its {@link StoreFaults} say, within what {@link ObjectStore} allows. */
final class FaultyObjectStore extends ForwardingObjectStore {

  private final ObjectStore store;
  private final StoreFaults faults;

  FaultyObjectStore(ObjectStore store, StoreFaults faults) {
    super(store);
    this.store = store;
    this.faults = faults;
  }

  private <T> T asking(String what, Supplier<T> request) {
    switch (faults.next()) {
      case ERROR_BEFORE, PARTIAL -> throw failed(what);
      case ERROR_AFTER -> {
        T unused = request.get();
        throw failed(what);
      }
      case NONE -> {}
    }
    return request.get();
  }

  private static StorageException failed(String what) {
    return new StorageException("injected failure: " + what);
  }

  @Override
  public Optional<StoredObject> read(String key, long maxBytes) {
    return asking("read " + key, () -> store.read(key, maxBytes));
  }

  @Override
  public ConditionalRead readIfChanged(String key, ObjectTag tag, long maxBytes) {
    return asking("read " + key, () -> store.readIfChanged(key, tag, maxBytes));
  }

  @Override
  public Optional<Long> download(String key, Path target, LongConsumer progress) {
    switch (faults.next()) {
      case ERROR_BEFORE -> throw failed("download " + key);
      case ERROR_AFTER, PARTIAL -> {
        store.download(key, target, progress);
        cut(target);
        throw failed("download of the second half of " + key);
      }
      case NONE -> {}
    }
    return store.download(key, target, progress);
  }

  private static void cut(Path target) {
    try {
      if (Files.exists(target)) {
        byte[] whole = Files.readAllBytes(target);
        Files.write(target, Arrays.copyOf(whole, whole.length / 2));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(String key, byte[] content) {
    asking(
        "write " + key,
        () -> {
          store.write(key, content);
          return key;
        });
  }

  @Override
  public void upload(String key, Path source) {
    asking(
        "upload " + key,
        () -> {
          store.upload(key, source);
          return key;
        });
  }

  @Override
  public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
    return switch (faults.nextConditional()) {
      case ERROR -> throw failed("write " + key);
      case AMBIGUOUS_BEFORE -> throw new AmbiguousWriteException("injected: " + key, null);
      case AMBIGUOUS_AFTER -> {
        store.writeIf(key, content, expectation);
        throw new AmbiguousWriteException("injected: " + key, null);
      }
      case CONFLICT -> new ConditionalWrite.Conflict();
      case OTHER_WRITER -> {
        if (key.equals(Layout.POINTER)) {
          writePointerAgain();
        }
        yield store.writeIf(key, content, expectation);
      }
      case NONE -> store.writeIf(key, content, expectation);
    };
  }

  /** Writes a pointer that differs in its time, as another writer would. */
  private void writePointerAgain() {
    Optional<PointerState> state = new Dataset(store).pointer();
    if (state.isPresent()) {
      Pointer p = state.get().pointer();
      Pointer next =
          new Pointer(
              p.updatedAt().plusMillis(1),
              p.lastVersion(),
              p.current(),
              p.history(),
              p.pin(),
              p.writer());
      ConditionalWrite unused =
          store.writeIf(
              Layout.POINTER,
              PointerParser.toJson(next),
              new Expectation.Unchanged(state.get().tag()));
    }
  }

  @Override
  public Optional<ObjectInfo> stat(String key) {
    return asking("stat " + key, () -> store.stat(key));
  }

  @Override
  public Stream<ObjectInfo> list(String prefix) {
    return asking("list " + prefix, () -> store.list(prefix));
  }

  @Override
  public void delete(Collection<String> keys) {
    asking(
        "delete " + keys,
        () -> {
          store.delete(keys);
          return keys;
        });
  }
}
