package io.shardyfusion.reader.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.StorageException;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.machine.FileFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The layout of a cache directory: the owner of all its paths.
 *
 * @param root the directory, which may vanish and come again
 */
record CacheLayout(Path root) {

  /** The directory in a reader's own one that names the versions it needs. */
  static final String HOLDS = "holds";

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern CACHED = Pattern.compile("[0-9a-f]{64}\\.(sst|json)");

  /**
   * A file that is cached under its digest.
   *
   * @param bytes its size
   * @param used when it was last used
   */
  record CachedFile(Path path, long bytes, Instant used) {}

  /** The table file with that digest. */
  Path tableFile(Sha256 sha256) {
    return root.resolve("files").resolve(prefix(sha256)).resolve(sha256.hex() + ".sst");
  }

  /** The manifest or shard descriptor with that digest. */
  Path document(Sha256 sha256) {
    return root.resolve("documents").resolve(prefix(sha256)).resolve(sha256.hex() + ".json");
  }

  /** The file that is locked by whoever downloads the table file with that digest. */
  Path downloadLock(Sha256 sha256) {
    return locks().resolve(sha256.hex() + ".lock");
  }

  /** The file that is locked by whoever removes files. */
  Path sweepLock() {
    return locks().resolve("sweep.lock");
  }

  /** The directory of the lock files. */
  Path locks() {
    return root.resolve("locks");
  }

  /** The pointer of a dataset, as last checked. */
  Path pointer(String datasetUri) {
    String digest = Sha256.of(datasetUri.getBytes(UTF_8)).hex();
    return root.resolve("datasets").resolve(digest + ".json");
  }

  /** The directory of the directories of live readers. */
  Path open() {
    return root.resolve("open");
  }

  /** The manifests of the versions that readers hold. */
  Set<Sha256> holds() throws IOException {
    Set<Sha256> manifests = new HashSet<>();
    for (Path reader : children(open())) {
      for (Path hold : children(reader.resolve(HOLDS))) {
        String name = hold.getFileName().toString();
        if (DIGEST.matcher(name).matches()) {
          manifests.add(new Sha256(name));
        }
      }
    }
    return manifests;
  }

  /** All cached files and documents; those that come or go meanwhile may be among them or not. */
  List<CachedFile> cached() throws IOException {
    List<CachedFile> found = new ArrayList<>();
    for (String kind : List.of("files", "documents")) {
      for (Path group : children(root.resolve(kind))) {
        for (Path path : children(group)) {
          if (CACHED.matcher(path.getFileName().toString()).matches()) {
            add(path, found);
          }
        }
      }
    }
    return found;
  }

  /** The entries of a directory; none if there is no such directory. */
  static List<Path> children(Path directory) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(children::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    return children;
  }

  private static void add(Path path, List<CachedFile> found) throws IOException {
    try {
      BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
      if (file.isRegularFile()) {
        found.add(new CachedFile(path, file.size(), file.lastModifiedTime().toInstant()));
      }
    } catch (NoSuchFileException e) {
      // Removed just now, by another reader.
    }
  }

  private static String prefix(Sha256 sha256) {
    return sha256.hex().substring(0, 2);
  }

  /** Returns whether there is a table file of the right size. */
  boolean has(TableFile file) {
    Path path = tableFile(file.sha256());
    try {
      return Files.size(path) == file.size();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /** The exception for a file or directory of the cache that could not be read or written. */
  StorageException unusable(Path path, IOException cause) {
    return new StorageException(
        "the local cache "
            + root
            + " cannot be used, at "
            + path
            + ": "
            + FileFailure.reason(
                cause, "check the disk's space and rights, or choose another cache directory"),
        cause);
  }
}
