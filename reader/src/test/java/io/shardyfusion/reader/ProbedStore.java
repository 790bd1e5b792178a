package io.shardyfusion.reader;

import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ForwardingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.StoredObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** An object store that remembers what was read from it, and where a test can step in. */
public final class ProbedStore extends ForwardingObjectStore {

  private final List<String> reads = new CopyOnWriteArrayList<>();
  private final List<String> conditionalReads = new CopyOnWriteArrayList<>();
  private final List<String> downloads = new CopyOnWriteArrayList<>();
  private volatile Consumer<String> beforeRead = key -> {};
  private volatile Consumer<String> beforeDownload = key -> {};
  private volatile LongConsumer duringDownload = bytes -> {};
  private volatile Consumer<Path> afterDownload = target -> {};
  private volatile boolean closed;

  public ProbedStore(ObjectStore store) {
    super(store);
  }

  /** The keys of the objects that were read whole, in order. */
  List<String> reads() {
    return List.copyOf(reads);
  }

  /** The keys of the objects that were read if they had changed, in order. */
  List<String> conditionalReads() {
    return List.copyOf(conditionalReads);
  }

  /** The keys of the objects that were downloaded, in order. */
  public List<String> downloads() {
    return List.copyOf(downloads);
  }

  boolean isClosed() {
    return closed;
  }

  /** Runs {@code step} before each document or pointer is read, with the key. */
  void beforeRead(Consumer<String> step) {
    beforeRead = step;
  }

  /** Runs {@code step} in the thread that downloads, with the key. */
  public void beforeDownload(Consumer<String> step) {
    beforeDownload = step;
  }

  /** Runs {@code step} in the thread that downloads, before each piece is written. */
  public void duringDownload(LongConsumer step) {
    duringDownload = step;
  }

  /** Runs {@code step} in the thread that downloads, with the file that was written. */
  public void afterDownload(Consumer<Path> step) {
    afterDownload = step;
  }

  @Override
  public Optional<StoredObject> read(String key, long maxBytes) {
    reads.add(key);
    beforeRead.accept(key);
    return super.read(key, maxBytes);
  }

  @Override
  public ConditionalRead readIfChanged(String key, ObjectTag tag, long maxBytes) {
    conditionalReads.add(key);
    beforeRead.accept(key);
    return super.readIfChanged(key, tag, maxBytes);
  }

  @Override
  public Optional<Long> download(String key, Path target, LongConsumer progress) {
    downloads.add(key);
    beforeDownload.accept(key);
    Optional<Long> size =
        super.download(
            key,
            target,
            bytes -> {
              duringDownload.accept(bytes);
              progress.accept(bytes);
            });
    afterDownload.accept(target);
    return size;
  }

  @Override
  public void close() {
    closed = true;
    super.close();
  }
}
