package io.shardyfusion.reader.cache;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.DocumentCache;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.machine.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Local copies of a dataset's immutable objects, by content, in a directory that readers and
 * processes share.
 *
 * <pre>
 * files/&lt;2&gt;/&lt;sha256&gt;.sst        table files
 * documents/&lt;2&gt;/&lt;sha256&gt;.json   manifests and shard descriptors
 * datasets/&lt;sha256&gt;.json       pointers, by the digest of their dataset's URI
 * locks/&lt;sha256&gt;.lock          while a table file is downloaded, see {@link CacheLock}
 * open/&lt;reader&gt;/               what one reader has under way, see {@link OwnDirectory}
 * open/&lt;reader&gt;/holds/         the manifests of the versions that it needs
 * </pre>
 *
 * <p><b>What is trusted.</b> A file gets its name by an atomic rename, after its size and digest
 * were proved; so what has the name was whole once, whatever process was killed when. Nothing is
 * forced to the disk, which would lengthen a refresh, and hold up others that use the disk: where
 * the machine itself dies, a file may be short or damaged after that. At a later start the digest
 * of a document is proved again; of a table file, which may be large, only the size is, because
 * RocksDB checks every block that it reads. A block that fails its check leads to {@link
 * #evictIfDamaged}.
 *
 * <p><b>Sharing.</b> Who downloads a file holds a lock, so that others wait for the file instead of
 * downloading it as well. Nothing depends on that lock: two that download the same file replace
 * equal by equal. Open databases hold links of their own, so a file may be evicted, pruned or
 * deleted under them, and so may the whole directory; that costs a download at the next opening.
 *
 * <p><b>Pruning</b> is mark and sweep. Marked is what the held manifests of live readers lead to;
 * of the rest, what was used longest ago goes first, until the whole is within its bound. The time
 * of use is the time of the file.
 *
 * <p><b>Read-only.</b> A cache that this process may not write, on a read-only file system or of
 * another user, is served as it is: nothing is added, locked, removed or marked in it. Its
 * databases are laid out in a temporary directory, with symbolic links to its table files.
 *
 * <p>Thread-safe. All methods but those that download are for local work only.
 */
public final class FileCache implements DocumentCache, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FileCache.class);

  private static final int ATTEMPTS = 3;

  private final CacheLayout layout;
  private final OwnDirectory own;
  private final Clock clock;
  private final CacheCapacity capacity;
  private final boolean readOnly;

  private FileCache(
      CacheLayout layout, OwnDirectory own, Clock clock, CacheCapacity capacity, boolean readOnly) {
    this.layout = layout;
    this.own = own;
    this.clock = clock;
    this.capacity = capacity;
    this.readOnly = readOnly;
  }

  /**
   * Opens the cache in {@code root}, which is created if need be, and removes what dead processes
   * left there.
   *
   * <p>One that this process may not write is opened too: what is there is found, nothing is added
   * or removed, and what readers have open is in a temporary directory.
   *
   * @throws InvalidRequestException if {@code root} is no directory
   * @throws StorageException if it is not there and cannot be created
   */
  public static FileCache open(Path root, CacheLimits limits) {
    return open(root, limits, Clock.systemUTC(), at -> Files.getFileStore(at).getUsableSpace());
  }

  /** {@linkplain #open(Path, CacheLimits) Opens} a cache with another clock and disk. */
  public static FileCache open(
      Path root, CacheLimits limits, Clock clock, CacheCapacity.Disk disk) {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new InvalidRequestException(
          "the cache directory " + root + " is not a directory; choose another");
    }
    boolean readOnly = isReadOnly(root);
    CacheLayout layout;
    try {
      if (!Files.isDirectory(root)) { // A link to one would be refused by Java 17.
        Files.createDirectories(root);
      }
      layout = new CacheLayout(root.toRealPath());
      if (!readOnly) {
        Files.createDirectories(layout.open());
      }
    } catch (IOException e) {
      throw new StorageException(
          "the cache directory "
              + root
              + " cannot be created: "
              + FileFailure.reason(e, "choose another"),
          e);
    }
    Path open = readOnly ? DefaultCacheDirectory.forReadOnlyCaches() : layout.open();
    if (Files.isDirectory(open)) {
      OwnDirectory.removeDead(open);
    }
    CacheCapacity capacity = new CacheCapacity(layout, limits.maxBytes(), clock, disk);
    return new FileCache(layout, OwnDirectory.create(open), clock, capacity, readOnly);
  }

  /** Returns whether there is a cache that this process may not write. */
  private static boolean isReadOnly(Path root) {
    Path open = root.resolve("open");
    return Files.isDirectory(root) && !Files.isWritable(Files.isDirectory(open) ? open : root);
  }

  /**
   * Returns whether the file system, or the owner of the cache, does not let this process write to
   * it. Then the cache is served as it is.
   */
  public boolean isReadOnly() {
    return readOnly;
  }

  /** The directory. */
  public Path directory() {
    return layout.root();
  }

  /** The capacity of the cache: the space that it takes, and may take. */
  public CacheCapacity capacity() {
    return capacity;
  }

  /** The path of the local copy of {@code file}, if there is one. */
  public Path path(TableFile file) {
    return layout.tableFile(file.sha256());
  }

  /** The path of the local copy of a document, if there is one. */
  public Path path(Sha256 document) {
    return layout.document(document);
  }

  /** Returns whether there is anything cached as {@code file}, sound or not. */
  public boolean has(TableFile file) {
    return Files.exists(path(file));
  }

  /** Returns whether there is a local copy of {@code file}; if so, it counts as used now. */
  boolean use(TableFile file) {
    Path path = path(file);
    return layout.has(file) && touch(path);
  }

  /** Those of {@code files} that have no local copy; the others are used now. */
  public List<TableFile> missing(Collection<TableFile> files) {
    return files.stream().filter(f -> !use(f)).toList();
  }

  /**
   * Downloads {@code file} from {@code dataset} if there is no local copy; waits if another reader
   * is downloading it.
   *
   * @param progress is told of the bytes that are about to be written, as in {@link
   *     Dataset#download(TableFile, Path, LongConsumer)}
   * @throws DataDamagedException if what the dataset holds is not the file
   * @throws StorageException if it could not be downloaded or written, or the thread is interrupted
   */
  public void fetch(TableFile file, Dataset dataset, LongConsumer progress) {
    if (readOnly && !use(file)) {
      throw new StorageException(
          "the table file " + path(file) + " is missing, and the cache cannot be written");
    }
    for (int attempt = 1; !use(file); attempt++) {
      try (CacheLock lock =
          CacheLock.await(layout.downloadLock(file.sha256()), () -> layout.has(file))) {
        if (!use(file)) {
          download(file, dataset, lock, progress);
          return;
        }
      } catch (DeletedMeanwhile e) {
        if (attempt == ATTEMPTS) {
          throw e.failure;
        }
        LOG.warn("event=cache_download_lost object={} attempt={}", file.object(), attempt);
      }
    }
  }

  /**
   * Returns whether the local copy of {@code file} is there and sound. A damaged one is deleted:
   * the next {@link #fetch} downloads it again. Reads the whole file.
   */
  public boolean evictIfDamaged(TableFile file) {
    return evictIfDamaged(file, bytes -> {});
  }

  /**
   * Likewise, at a pace.
   *
   * @param pace is told of the bytes that were read, and may block, or throw, which ends it
   */
  public boolean evictIfDamaged(TableFile file, LongConsumer pace) {
    Path path = path(file);
    try {
      if (layout.has(file) && Dataset.digest(path, pace).equals(file.sha256())) {
        return false;
      }
      if (readOnly) {
        LOG.warn("event=cache_read_only_damaged path={}", path);
        return false;
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw layout.unusable(path, e);
    }
    return true;
  }

  @Override
  public Optional<byte[]> find(Sha256 sha256, int maxBytes) {
    Path path = layout.document(sha256);
    try {
      if (Files.size(path) > maxBytes) {
        return Optional.empty();
      }
      byte[] content = Files.readAllBytes(path);
      touch(path);
      return Optional.of(content);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw layout.unusable(path, e);
    }
  }

  @Override
  public void keep(Sha256 sha256, byte[] content) {
    if (readOnly) {
      return;
    }
    write(content, layout.document(sha256));
  }

  /**
   * Keeps a dataset's pointer, which was read from the store just now, for a start without the
   * store.
   *
   * @param datasetUri the dataset; the same text finds it again
   */
  public void keepPointer(String datasetUri, Pointer pointer) {
    write(PointerParser.toJson(pointer), layout.pointer(datasetUri));
  }

  /** Notes that the kept pointer was found to be the current one just now. */
  public void pointerChecked(String datasetUri) {
    touch(layout.pointer(datasetUri));
  }

  /** The pointer that was kept for a dataset; empty if there is none, or it is damaged. */
  public Optional<KeptPointer> keptPointer(String datasetUri) {
    Path path = layout.pointer(datasetUri);
    try {
      Pointer pointer = PointerParser.fromJson(path.toString(), Files.readAllBytes(path));
      return Optional.of(new KeptPointer(pointer, Files.getLastModifiedTime(path).toInstant()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | ShardyfusionException e) {
      LOG.warn("event=cache_pointer_unusable path={} error=\"{}\"", path, e.toString());
      return Optional.empty();
    }
  }

  /**
   * A path for a database to be laid out at, on the file system of the cached files; there is
   * nothing yet.
   */
  public Path newDatabase(int shard) {
    return own.newPath("shard-" + shard);
  }

  /**
   * Keeps what the version with that manifest needs from being pruned, by any process, until {@link
   * #release} was called as often, or this is closed.
   */
  public void hold(Sha256 manifest) {
    own.hold(manifest.hex());
  }

  /** Takes one {@link #hold} back. */
  public void release(Sha256 manifest) {
    own.release(manifest.hex());
  }

  /** Deletes what is this reader's own; the cached files stay. Idempotent. */
  @Override
  public void close() {
    own.close();
  }

  /** The cached file that this process was about to move in was deleted with its directory. */
  private static final class DeletedMeanwhile extends Exception {
    private static final long serialVersionUID = 1L;
    private final StorageException failure;

    DeletedMeanwhile(StorageException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  private void download(TableFile file, Dataset dataset, CacheLock lock, LongConsumer progress)
      throws DeletedMeanwhile {
    Path download = own.newPath("download");
    try {
      dataset.download(
          file,
          download,
          bytes -> {
            lock.beat();
            progress.accept(bytes);
          });
      moveIn(download, path(file));
    } catch (StorageException e) {
      if (!Files.exists(download.getParent())) {
        throw new DeletedMeanwhile(e);
      }
      throw e;
    }
  }

  private void write(byte[] content, Path path) {
    Path written = own.newPath("document");
    try {
      Files.write(written, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      StorageException failure = layout.unusable(written, e);
      deleteQuietly(written, failure);
      throw failure;
    }
    moveIn(written, path);
  }

  private void moveIn(Path written, Path path) {
    try {
      Files.setLastModifiedTime(written, FileTime.from(clock.instant()));
      Files.createDirectories(path.getParent());
      Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      StorageException failure = layout.unusable(path, e);
      deleteQuietly(written, failure);
      throw failure;
    }
  }

  /** Notes the use of a file; tells whether it is there. */
  private boolean touch(Path path) {
    try {
      Files.setLastModifiedTime(path, FileTime.from(clock.instant()));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      // Another user's, or on a disk that cannot be written: it can be read all the same.
      LOG.debug("event=cache_touch_failed path={} error=\"{}\"", path, e.toString());
      return true;
    }
  }

  /** The table files of shards, each once. */
  static List<TableFile> distinct(Collection<ShardDescriptor> shards) {
    Map<Sha256, TableFile> files = new LinkedHashMap<>();
    shards.forEach(shard -> shard.files().forEach(f -> files.putIfAbsent(f.sha256(), f)));
    return List.copyOf(files.values());
  }

  private static void deleteQuietly(Path file, StorageException failure) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
