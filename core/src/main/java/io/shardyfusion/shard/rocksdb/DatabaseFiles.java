package io.shardyfusion.shard.rocksdb;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.PrivateFile;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a database that is closed: described, and laid out again from the description. */
public final class DatabaseFiles {

  private static final String CURRENT = "CURRENT";
  private static final String OPTIONS = "OPTIONS-";
  private static final int BUFFER_BYTES = 1 << 16;

  private DatabaseFiles() {}

  /** Describes a table file of {@code directory}; reads all of it. */
  public static TableFile describe(Path directory, String name) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    long size = 0;
    try (InputStream in = Files.newInputStream(directory.resolve(name))) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        size += n;
      }
    }
    return new TableFile(name, size, Sha256.of(digest));
  }

  /** The names of the table files in {@code directory}. */
  public static List<String> tableFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(".sst")).toList();
    }
  }

  /** Reads CURRENT, the MANIFEST that it names, and the newest OPTIONS. */
  public static List<PrivateFile> readPrivate(Path directory) throws IOException {
    List<PrivateFile> files = new ArrayList<>();
    PrivateFile current = read(directory, CURRENT);
    files.add(current);
    files.add(read(directory, new String(current.content(), StandardCharsets.UTF_8).strip()));
    Optional<String> options = newestOptions(directory);
    if (options.isPresent()) {
      files.add(read(directory, options.get()));
    }
    return files;
  }

  private static PrivateFile read(Path directory, String name) throws IOException {
    return new PrivateFile(name, Files.readAllBytes(directory.resolve(name)));
  }

  private static Optional<String> newestOptions(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(n -> n.startsWith(OPTIONS) && !n.endsWith(".dbtmp"))
          .max(Comparator.comparingLong(n -> Long.parseLong(n.substring(OPTIONS.length()))));
    }
  }

  /**
   * Makes {@code directory} hold the database that {@code shard} describes.
   *
   * @param tableFile where a verified copy of a table file lies
   */
  public static void layOut(
      Path directory, ShardDescriptor shard, Function<TableFile, Path> tableFile)
      throws IOException {
    Files.createDirectories(directory);
    for (TableFile file : shard.files()) {
      Path copy = tableFile.apply(file);
      checkSize(shard.shard(), file, copy);
      linkOrCopy(copy, directory.resolve(file.name()));
    }
    for (PrivateFile file : shard.privateFiles()) {
      Files.write(directory.resolve(file.name()), file.content());
    }
  }

  private static void checkSize(int shard, TableFile file, Path copy) throws IOException {
    long size;
    try {
      size = Files.size(copy);
    } catch (NoSuchFileException e) {
      throw damaged(shard, file, copy, "found none", e);
    }
    if (size != file.size()) {
      throw damaged(shard, file, copy, "found " + size + " bytes", null);
    }
  }

  private static DataDamagedException damaged(
      int shard, TableFile file, Path copy, String found, @Nullable Exception cause) {
    return new DataDamagedException(
        "shard "
            + shard
            + " needs the table file "
            + file.name()
            + " of "
            + file.size()
            + " bytes at "
            + copy
            + ", "
            + found
            + "; discard the local copy and fetch it again",
        cause);
  }

  private static void linkOrCopy(Path existing, Path link) throws IOException {
    try {
      Files.createLink(link, existing);
    } catch (IOException | UnsupportedOperationException e) {
      if (Files.isWritable(existing.toAbsolutePath().getParent())
          || !symbolicLink(existing, link)) {
        // Another file system, one without links, or too many links to the file. If the copy fails
        // too, that tells why.
        Files.copy(existing, link);
      }
    }
  }

  /** A link to a file that this process cannot delete, and so not from under the database. */
  private static boolean symbolicLink(Path existing, Path link) {
    try {
      Files.createSymbolicLink(link, existing.toAbsolutePath());
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
