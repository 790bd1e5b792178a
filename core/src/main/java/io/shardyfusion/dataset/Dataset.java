package io.shardyfusion.dataset;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestParser;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.machine.FileFailure;
import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The read side of a dataset: every method returns what it has proved, following the chain of
 * digests from the pointer. Thread-safe. Does not own the store.
 *
 * <p>An object that is referred to but missing, altered, truncated or not of the format is a {@link
 * DataDamagedException} that names it.
 */
public final class Dataset {

  private static final int BUFFER_BYTES = 1 << 16;

  private final ObjectStore store;
  private final DocumentCache documents;

  /** A dataset at the root of {@code store}. */
  public Dataset(ObjectStore store) {
    this(store, DocumentCache.NONE);
  }

  /**
   * A dataset at the root of {@code store}, whose manifests and descriptors are kept in {@code
   * documents}. What comes from there is proved like what comes from the store, and read from the
   * store again if it is damaged.
   */
  public Dataset(ObjectStore store, DocumentCache documents) {
    this.store = store;
    this.documents = documents;
  }

  /** The store that holds the dataset. */
  public ObjectStore store() {
    return store;
  }

  /** The pointer as it stands, or empty if the dataset has none. */
  public Optional<PointerState> pointer() {
    return store.read(Layout.POINTER, Limits.MAX_POINTER_BYTES).map(Dataset::parsed);
  }

  /**
   * The pointer unless it is still the one of {@code tag}: one conditional request, which costs
   * next to nothing where nothing changed.
   *
   * @param tag as an earlier {@link PointerState} has it
   */
  public PointerRead pointerIfChanged(ObjectTag tag) {
    ConditionalRead read = store.readIfChanged(Layout.POINTER, tag, Limits.MAX_POINTER_BYTES);
    if (read instanceof ConditionalRead.Changed changed) {
      return new PointerRead.Changed(parsed(changed.object()));
    }
    return read instanceof ConditionalRead.Unchanged
        ? new PointerRead.Unchanged()
        : new PointerRead.Missing();
  }

  /**
   * The entry to serve.
   *
   * @throws NotFoundException if nothing was announced yet
   */
  public PointerEntry current() {
    PointerEntry current = pointer().map(p -> p.pointer().current()).orElse(null);
    if (current == null) {
      throw noSnapshot();
    }
    return current;
  }

  /**
   * The entry that {@code at} names: a version number, or a manifest's reference ({@code
   * manifests/…json}).
   *
   * @throws NotFoundException if the history has none such
   */
  public PointerEntry resolve(String at) {
    return resolve(pointer().orElseThrow(this::noSnapshot).pointer(), at);
  }

  /**
   * The entry of {@code pointer} that {@code at} names, as {@link #resolve(String)} finds it.
   *
   * @throws NotFoundException if the history has none such
   */
  public PointerEntry resolve(Pointer pointer, String at) {
    return pointer.history().stream()
        .filter(e -> Long.toString(e.version()).equals(at) || e.manifest().object().equals(at))
        .findFirst()
        .orElseThrow(() -> unknownVersion(at, pointer));
  }

  /** The manifest that {@code ref} refers to. */
  public Manifest manifest(ManifestRef ref) {
    Manifest manifest =
        ManifestParser.fromJson(
            ref.object(), proved(ref.object(), Limits.MAX_MANIFEST_BYTES, ref.sha256()));
    if (!manifest.object().equals(ref.object())) {
      throw damaged(ref.object(), "its own name to be " + ref.object(), manifest.object());
    }
    return manifest;
  }

  /** The descriptor that {@code entry} refers to. */
  public ShardDescriptor descriptor(ShardEntry entry) {
    String object = entry.descriptorObject();
    ShardDescriptor descriptor =
        ShardDescriptorParser.fromJson(
            object, proved(object, Limits.MAX_DESCRIPTOR_BYTES, entry.descriptor()));
    ShardEntry described = ShardEntry.of(descriptor, entry.descriptor());
    if (!described.equals(entry)) {
      throw damaged(object, "what the manifest says of it, " + entry, described.toString());
    }
    return descriptor;
  }

  /**
   * Downloads a table file and proves it: size and digest. After a failure nothing is left at
   * {@code target}.
   *
   * @param target a file that does not exist
   * @param progress is told of each piece before it is written, and may slow or end the transfer,
   *     as in {@link ObjectStore#download(String, Path, LongConsumer)}
   */
  public void download(TableFile file, Path target, LongConsumer progress) {
    boolean proved = false;
    try {
      Optional<Long> size = store.download(file.object(), target, progress);
      if (size.isEmpty()) {
        throw missing(file.object());
      }
      if (size.get() != file.size()) {
        throw damaged(file.object(), file.size() + " bytes", size.get() + " bytes");
      }
      Sha256 found = digest(target);
      if (!found.equals(file.sha256())) {
        throw damaged(file.object(), "SHA-256 " + file.sha256(), found.hex());
      }
      proved = true;
    } finally {
      if (!proved) {
        deleteQuietly(target);
      }
    }
  }

  /** {@linkplain #download(TableFile, Path, LongConsumer) Downloads} a table file, as it comes. */
  public void download(TableFile file, Path target) {
    download(file, target, bytes -> {});
  }

  /**
   * The digest of a local file's bytes.
   *
   * @throws StorageException if it could not be read
   */
  public static Sha256 digest(Path file) {
    return digest(file, bytes -> {});
  }

  /**
   * The digest of a local file's bytes.
   *
   * @param progress is told of each piece that was read, of at most 64 KiB, in the calling thread;
   *     it may block, which slows the reading, or throw, which ends it
   * @throws StorageException if it could not be read
   */
  public static Sha256 digest(Path file, LongConsumer progress) {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        progress.accept(n);
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new StorageException(
          "the local file " + file + " could not be read: " + FileFailure.reason(e), e);
    }
    return Sha256.of(digest);
  }

  private static PointerState parsed(StoredObject object) {
    return new PointerState(PointerParser.fromJson(Layout.POINTER, object.content()), object.tag());
  }

  private byte[] proved(String object, int maxBytes, Sha256 expected) {
    Optional<byte[]> kept = documents.find(expected, maxBytes);
    if (kept.isPresent() && Sha256.of(kept.get()).equals(expected)) {
      return kept.get();
    }
    byte[] content = store.read(object, maxBytes).orElseThrow(() -> missing(object)).content();
    Sha256 found = Sha256.of(content);
    if (!found.equals(expected)) {
      throw damaged(object, "SHA-256 " + expected, found + " over " + content.length + " bytes");
    }
    documents.keep(expected, content);
    return content;
  }

  /** The exception for a dataset that has no snapshot to serve. */
  public NotFoundException noSnapshot() {
    return new NotFoundException(
        "the dataset "
            + store.root()
            + " has no snapshot: nothing was announced there yet; check the URI, or run a job");
  }

  private NotFoundException unknownVersion(String at, Pointer pointer) {
    List<Long> versions = pointer.history().stream().map(PointerEntry::version).toList();
    String known =
        versions.isEmpty()
            ? "the history is empty"
            : "the history has "
                + versions.size()
                + ", from "
                + versions.get(versions.size() - 1)
                + " to "
                + versions.get(0);
    return new NotFoundException(
        "the dataset " + store.root() + " has no version or manifest '" + at + "'; " + known);
  }

  private DataDamagedException missing(String object) {
    return new DataDamagedException(
        "the object "
            + object
            + " of "
            + store.root()
            + " is missing, but the snapshot refers to it; "
            + "read another version, or publish again");
  }

  private DataDamagedException damaged(String object, String expected, String found) {
    return new DataDamagedException(
        "the object "
            + object
            + " of "
            + store.root()
            + " is damaged: expected "
            + expected
            + ", found "
            + found
            + "; read another version, or publish again");
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The failure that brought us here is the one to report.
    }
  }
}
