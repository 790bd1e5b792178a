package io.shardyfusion.store;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The objects below one root, by key.
 *
 * <p><b>Keys</b> are relative to the root, at most 1 024 bytes of UTF-8, of parts separated by
 * {@code /}. A key that is empty or absolute, that has an empty, {@code .} or {@code ..} part, a
 * backslash or a control character, or whose first part is {@code .tmp}, is refused with an {@link
 * InvalidRequestException} before the storage is asked. No key may be a folder of another ({@code
 * a} and {@code a/b}): S3 would keep both, a file system cannot.
 *
 * <p><b>Consistency.</b> An object is whole or not there: no reader sees part of a write, and a
 * write that fails half-way leaves what was there before. After a write or deletion returned, every
 * later read, list and conditional write, of any process, sees it.
 *
 * <p><b>Missing objects</b> are an empty result, never an exception. So is a local root that does
 * not exist: it is made by the first write. A missing bucket, denied access and a root that is no
 * directory are a {@link StorageException} that says so.
 *
 * <p><b>Conflicts.</b> Unconditional writes of one key replace each other, and the last one stays.
 * Only {@link #writeIf} notices another writer.
 *
 * <p><b>Partial failure.</b> What may help is retried inside, with backoff, before a method throws.
 * A write that throws may or may not have taken effect. Writes of content-named objects are simply
 * made again; a {@linkplain #writeIf conditional} one says so with {@link AmbiguousWriteException}.
 *
 * <p>Instances are thread-safe. Methods block; an interrupt ends them with a {@link
 * StorageException}, on S3 at the latest after {@link StoreOptions#silenceTimeout()} (one that is
 * in the middle of sending, when its own time is over), and leaves the thread interrupted. After
 * {@link #close()} they throw {@link io.shardyfusion.ClosedException}.
 *
 * <p><b>Timeouts.</b> On S3 every call ends: a transfer ({@link #download}, {@link #upload}) within
 * {@link StoreOptions#transferTimeout()} for each of its parts, any other, a page of a listing
 * being one, within {@link StoreOptions#callTimeout()}, and either when an answer has been waited
 * for as long as {@link StoreOptions#silenceTimeout()}; all retries included. A local file system
 * answers when it does.
 */
public interface ObjectStore extends AutoCloseable {

  /**
   * The root: absolute, without a slash at the end, {@code file:///dir} or {@code
   * s3://bucket/prefix}. {@code ObjectStores.open} opens the same store again, except for an S3
   * prefix with characters that a URI cannot hold.
   */
  URI root();

  /**
   * The meter of the requests that this store sends, or empty where calls are all that there is to
   * count. A decorator that does not pass it on is counted by its calls.
   */
  default Optional<RequestMeter> requestMeter() {
    return Optional.empty();
  }

  /**
   * The whole object, or empty if there is none.
   *
   * @param maxBytes the most that is read
   * @throws io.shardyfusion.DataDamagedException if the object is larger than {@code maxBytes};
   *     then no more than that was read
   * @throws StorageException if it could not be read
   */
  Optional<StoredObject> read(String key, long maxBytes);

  /**
   * The whole object unless it is still the one of {@code tag}: one conditional request.
   *
   * @param maxBytes the most that is read
   * @throws io.shardyfusion.DataDamagedException if the object is larger than {@code maxBytes}
   * @throws StorageException if it could not be read
   */
  ConditionalRead readIfChanged(String key, ObjectTag tag, long maxBytes);

  /**
   * Copies the object into a new local file, which is not forced to the disk.
   *
   * @param target a file that does not exist, in a directory that does; after a failure it may hold
   *     part of the object, and the caller deletes it
   * @param progress is told of each piece of at most 64 KiB before it is written, by the calling
   *     thread, and for a large object by others at the same time; it may block, which slows the
   *     transfer, and may throw a {@link io.shardyfusion.ShardyfusionException}, which ends the
   *     transfer and is thrown on. What is transferred again after a lost connection is told again
   * @return the number of bytes, or empty if there is no such object (then {@code target} is not
   *     created)
   * @throws StorageException if the object could not be read, or the file exists already or could
   *     not be written
   */
  Optional<Long> download(String key, Path target, LongConsumer progress);

  /** {@linkplain #download(String, Path, LongConsumer) Downloads} without telling of progress. */
  default Optional<Long> download(String key, Path target) {
    return download(key, target, bytes -> {});
  }

  /**
   * Writes a small object, replacing what is there.
   *
   * @throws StorageException if it could not be written
   */
  void write(String key, byte[] content);

  /**
   * Writes the content of a local file, replacing what is there.
   *
   * @param source a file that nobody changes meanwhile; on S3 of at most 5 TiB
   * @throws StorageException if the file could not be read, or the object not written
   */
  void upload(String key, Path source);

  /**
   * Writes a small object if what is there is what the caller expects: the compare-and-set on which
   * everything stands. At most one of several concurrent writers with the same expectation wins.
   *
   * @return that it was written, or that it was not, because the expectation did not hold or
   *     another write was under way: then read again and decide
   * @throws AmbiguousWriteException if the outcome is unknown; it is never made again by this
   *     method
   * @throws StorageException if it certainly did not take effect
   */
  ConditionalWrite writeIf(String key, byte[] content, Expectation expectation);

  /**
   * The facts that are known about the object without reading it, or empty if there is no such
   * object.
   *
   * @throws StorageException if the storage did not tell
   */
  Optional<ObjectInfo> stat(String key);

  /**
   * The objects whose keys begin with {@code prefix} (text, not a folder; empty: all), each once,
   * in no particular order. Objects written or deleted meanwhile may be among them or not.
   *
   * <p>Lazy: nothing is asked before the stream is read, and pages are fetched as it is, in bounded
   * memory. The stream is for one thread, which closes it. Objects that others put there under
   * names that are no keys are not listed.
   *
   * @throws StorageException while the stream is read, if a page could not be fetched
   */
  Stream<ObjectInfo> list(String prefix);

  /**
   * Deletes the objects that exist among {@code keys}; others are no failure.
   *
   * @throws StorageException if some could not be deleted; the others may be gone
   */
  void delete(Collection<String> keys);

  /** Releases connections and threads. Idempotent. */
  @Override
  void close();
}
