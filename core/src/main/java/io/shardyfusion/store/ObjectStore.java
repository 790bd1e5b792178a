package io.shardyfusion.store;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The objects below one root, by key. A key is relative to the root, its parts are separated by
 * {@code /}, and it is neither empty nor absolute nor holds an empty, {@code .} or {@code ..} part:
 * anything else is an {@link InvalidRequestException}, before the storage is asked.
 *
 * <p><b>Consistency.</b> An object is whole or not there: no reader sees part of a write. After a
 * write returned, every later read, list and conditional write, of any process, sees it.
 *
 * <p><b>Missing objects</b> are an empty result, never an exception. A missing bucket or denied
 * access is a {@link StorageException} that says so.
 *
 * <p><b>Partial failure.</b> A write that throws may or may not have taken effect. Writes of
 * content-named objects are simply made again; a {@linkplain #writeIf conditional} one says so with
 * {@link AmbiguousWriteException}.
 *
 * <p>Instances are thread-safe. Methods block; an interrupt ends them with a {@link
 * StorageException} and leaves the thread interrupted.
 */
public interface ObjectStore extends AutoCloseable {

  /** The root, as it was given: {@code file:///dir} or {@code s3://bucket/prefix}. */
  URI root();

  /**
   * The whole object, or empty if there is none.
   *
   * @param maxBytes the most that is read
   * @throws io.shardyfusion.DataDamagedException if the object is larger than {@code maxBytes}
   * @throws StorageException if it could not be read
   */
  Optional<StoredObject> read(String key, long maxBytes);

  /**
   * The whole object unless it is still the one of {@code tag}: one conditional request.
   *
   * @throws io.shardyfusion.DataDamagedException if the object is larger than {@code maxBytes}
   * @throws StorageException if it could not be read
   */
  ConditionalRead readIfChanged(String key, ObjectTag tag, long maxBytes);

  /**
   * Copies the object into a new local file.
   *
   * @param target a file that does not exist; after a failure it may hold part of the object, and
   *     the caller deletes it
   * @return the number of bytes, or empty if there is no such object (then {@code target} is not
   *     created)
   * @throws StorageException if the object could not be read, or the file not written
   */
  Optional<Long> download(String key, Path target);

  /**
   * Writes a small object, replacing what is there.
   *
   * @throws StorageException if it could not be written
   */
  void write(String key, byte[] content);

  /**
   * Writes the content of a local file, replacing what is there.
   *
   * @throws StorageException if the file could not be read, or the object not written
   */
  void upload(String key, Path source);

  /**
   * Writes a small object if what is there is what the caller expects: the compare-and-set on which
   * everything stands. At most one of several concurrent writers with the same expectation wins.
   *
   * @throws AmbiguousWriteException if the outcome is unknown; it is never made again by this
   *     method
   * @throws StorageException if it certainly did not take effect
   */
  ConditionalWrite writeIf(String key, byte[] content, Expectation expectation);

  /** What is known of the object without reading it, or empty if there is none. */
  Optional<ObjectInfo> stat(String key);

  /**
   * The objects whose keys begin with {@code prefix} (text, not a folder; empty: all), in no
   * particular order. Lazy: pages are fetched as the stream is read, in bounded memory. The caller
   * closes the stream.
   *
   * @throws StorageException while the stream is read, if a page could not be fetched
   */
  Stream<ObjectInfo> list(String prefix);

  /**
   * Deletes the objects that exist among {@code keys}.
   *
   * @throws StorageException if some could not be deleted; the others may be gone
   */
  void delete(Collection<String> keys);

  /** Releases connections and threads. Idempotent. */
  @Override
  void close();
}
