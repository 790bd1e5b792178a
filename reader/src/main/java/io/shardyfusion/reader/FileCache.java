package io.shardyfusion.reader;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.DocumentCache;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.TableFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Local copies of a dataset's immutable objects, by content, in a directory that readers and
 * processes share.
 *
 * <pre>
 * files/&lt;2&gt;/&lt;sha256&gt;.sst        table files
 * documents/&lt;2&gt;/&lt;sha256&gt;.json   manifests and shard descriptors
 * open/&lt;reader&gt;/               what one reader has under way, see {@link OwnDirectory}
 * </pre>
 *
 * <p><b>What is trusted.</b> A file gets its name by an atomic rename, after its size and digest
 * were proved and its bytes were forced to disk; so what has the name was whole once, whatever
 * process was killed when. At a later start the digest of a document is proved again; of a table
 * file, which may be large, only the size is, because RocksDB checks every block that it reads. A
 * block that fails its check leads to {@link #evictIfDamaged}.
 *
 * <p><b>Sharing.</b> Two that fetch the same file at the same time both download it, and the later
 * rename replaces equal by equal. Open databases hold links of their own, so a file may be evicted
 * or deleted under them.
 *
 * <p>Thread-safe.
 */
final class FileCache implements DocumentCache, AutoCloseable {

  private final Path root;
  private final OwnDirectory own;

  private FileCache(Path root, OwnDirectory own) {
    this.root = root;
    this.own = own;
  }

  /**
   * Opens the cache in {@code root}, which is created if need be, and removes what dead processes
   * left there.
   *
   * @throws InvalidRequestException if {@code root} is no directory
   * @throws StorageException if it cannot be written
   */
  static FileCache open(Path root) {
    Path open = root.resolve("open");
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new InvalidRequestException(
          "the cache directory " + root + " is not a directory; choose another");
    }
    try {
      Files.createDirectories(open);
    } catch (IOException e) {
      throw new StorageException(
          "the cache directory " + root + " cannot be created: " + e + "; choose another", e);
    }
    OwnDirectory.removeDead(open);
    return new FileCache(root, OwnDirectory.create(open));
  }

  /**
   * Where the local copy of {@code file} is; it is downloaded from {@code dataset} if there is
   * none.
   *
   * @throws DataDamagedException if what the dataset holds is not the file
   * @throws StorageException if it could not be downloaded or written
   */
  Path tableFile(TableFile file, Dataset dataset) {
    Path path = path(file);
    if (!hasSize(path, file.size())) {
      Path download = own.newPath("download");
      dataset.download(file, download);
      moveIn(download, path);
    }
    return path;
  }

  /**
   * Whether the local copy of {@code file} is there and sound. One that is not, is deleted: the
   * next {@link #tableFile} downloads it again. Reads the whole file.
   */
  boolean evictIfDamaged(TableFile file) {
    Path path = path(file);
    if (hasSize(path, file.size()) && Dataset.digest(path).equals(file.sha256())) {
      return false;
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw unusable(path, e);
    }
    return true;
  }

  @Override
  public Optional<byte[]> find(Sha256 sha256, int maxBytes) {
    Path path = path(sha256);
    try {
      return Files.size(path) > maxBytes ? Optional.empty() : Optional.of(Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  @Override
  public void keep(Sha256 sha256, byte[] content) {
    Path written = own.newPath("document");
    try {
      Files.write(written, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      StorageException failure = unusable(written, e);
      deleteQuietly(written, failure);
      throw failure;
    }
    moveIn(written, path(sha256));
  }

  /**
   * A path for a database to be laid out at, on the file system of the cached files; there is
   * nothing yet.
   */
  Path newDatabase(int shard) {
    return own.newPath("shard-" + shard);
  }

  /** Deletes what is this reader's own; the cached files stay. Idempotent. */
  @Override
  public void close() {
    own.close();
  }

  private void moveIn(Path written, Path path) {
    try {
      try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.createDirectories(path.getParent());
      Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      StorageException failure = unusable(path, e);
      deleteQuietly(written, failure);
      throw failure;
    }
  }

  private static void deleteQuietly(Path file, StorageException failure) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private Path path(TableFile file) {
    return root.resolve(file.object());
  }

  private Path path(Sha256 document) {
    return root.resolve("documents")
        .resolve(document.hex().substring(0, 2))
        .resolve(document.hex() + ".json");
  }

  private boolean hasSize(Path path, long size) {
    try {
      return Files.size(path) == size;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  private StorageException unusable(Path path, IOException cause) {
    return new StorageException(
        "the local cache "
            + root
            + " cannot be used, at "
            + path
            + ": "
            + cause
            + "; check the disk's space and rights, or choose another cache directory",
        cause);
  }
}
