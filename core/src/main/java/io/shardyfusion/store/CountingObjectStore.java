package io.shardyfusion.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An object store that counts what passes through it. Counts only ever grow, are shared by all
 * threads, and are exact once those have come to rest.
 *
 * <p>Where the store has a {@linkplain ObjectStore#requestMeter() meter}, as on S3, requests count
 * as they are sent: repeated ones, the parts of a large file, the pages of a listing, and those
 * that {@linkplain S3ConditionalWrites#PROBE find out} whether conditional writes work. On another
 * store the calls do, whether they succeed or not. Bytes count when they have arrived. Deletions
 * are not counted.
 */
public final class CountingObjectStore extends ForwardingObjectStore {

  private static final int LIST_PAGE = 1000;

  private final @Nullable RequestMeter meter;
  private final LongAdder puts = new LongAdder();
  private final LongAdder gets = new LongAdder();
  private final LongAdder bytesUp = new LongAdder();
  private final LongAdder bytesDown = new LongAdder();

  /** Counts what passes to {@code store}, and closes it when closed. */
  public CountingObjectStore(ObjectStore store) {
    super(store);
    this.meter = store.requestMeter().orElse(null);
  }

  /** The number of writes, conditional writes and uploads. */
  public long puts() {
    return meter == null ? puts.sum() : meter.puts();
  }

  /**
   * The number of reads, conditional reads, downloads and stats, and of pages of listings: one for
   * each 1 000 objects begun, and one for an empty listing.
   */
  public long gets() {
    return meter == null ? gets.sum() : meter.gets();
  }

  /** The requests of both kinds. */
  public Requests requests() {
    return new Requests(puts(), gets());
  }

  /** The bytes of the objects that were written. */
  public long bytesUp() {
    return bytesUp.sum();
  }

  /** The bytes of the objects that were read or downloaded. */
  public long bytesDown() {
    return bytesDown.sum();
  }

  @Override
  public Optional<StoredObject> read(String key, long maxBytes) {
    gets.increment();
    Optional<StoredObject> found = super.read(key, maxBytes);
    found.ifPresent(object -> bytesDown.add(object.content().length));
    return found;
  }

  @Override
  public ConditionalRead readIfChanged(String key, ObjectTag tag, long maxBytes) {
    gets.increment();
    ConditionalRead outcome = super.readIfChanged(key, tag, maxBytes);
    if (outcome instanceof ConditionalRead.Changed changed) {
      bytesDown.add(changed.object().content().length);
    }
    return outcome;
  }

  @Override
  public Optional<Long> download(String key, Path target, LongConsumer progress) {
    gets.increment();
    Optional<Long> size = super.download(key, target, progress);
    size.ifPresent(bytesDown::add);
    return size;
  }

  @Override
  public void write(String key, byte[] content) {
    puts.increment();
    super.write(key, content);
    bytesUp.add(content.length);
  }

  @Override
  public void upload(String key, Path source) {
    puts.increment();
    super.upload(key, source);
    bytesUp.add(size(source));
  }

  @Override
  public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
    puts.increment();
    ConditionalWrite outcome = super.writeIf(key, content, expectation);
    if (outcome instanceof ConditionalWrite.Written) {
      bytesUp.add(content.length);
    }
    return outcome;
  }

  @Override
  public Optional<ObjectInfo> stat(String key) {
    gets.increment();
    return super.stat(key);
  }

  @Override
  public Stream<ObjectInfo> list(String prefix) {
    gets.increment();
    AtomicLong listed = new AtomicLong();
    return super.list(prefix)
        .peek(
            object -> {
              long before = listed.getAndIncrement();
              if (before > 0 && before % LIST_PAGE == 0) {
                gets.increment();
              }
            });
  }

  private static long size(Path source) {
    try {
      return Files.size(source);
    } catch (IOException e) {
      return 0; // It went up and was deleted since: counting must not fail the upload.
    }
  }
}
