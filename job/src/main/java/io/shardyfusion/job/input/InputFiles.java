package io.shardyfusion.job.input;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;

/**
 * The files of an input, each once, in path order: by their absolute paths, compared as strings. A
 * file's place in this list is the first part of the order of its rows.
 *
 * <p>Directories are read with all that is below them. What a directory or a glob lists is skipped
 * where a name on the way to it begins with {@code .} or {@code _}; a file that is named itself is
 * always read.
 *
 * <p>A path that exists is taken literally. Otherwise {@code *}, {@code ?}, {@code [..]} and <code>
 * {a,b}</code> match within one name, {@code **} across directories; a matching directory is read
 * like one that is named.
 *
 * @param files the files; none if all that was named are empty directories
 */
public record InputFiles(List<InputFile> files) implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Copies. */
  public InputFiles {
    files = List.copyOf(files);
  }

  /** The size of all files as stored, in bytes. */
  public long totalBytes() {
    return files.stream().mapToLong(InputFile::length).sum();
  }

  /**
   * Finds the files. Lists directories, so it costs requests in proportion to them.
   *
   * @throws InvalidRequestException if a path does not exist, a glob matches nothing, or a
   *     compression is unknown
   * @throws StorageException if a filesystem does not answer
   */
  public static InputFiles resolve(List<String> paths) {
    SortedMap<String, InputFile> found = new TreeMap<>();
    for (String path : paths) {
      translating(path, () -> addAll(path, found, Absent.REFUSED));
    }
    for (InputFile file : found.values()) {
      Compression.of(file.path());
    }
    return new InputFiles(List.copyOf(found.values()));
  }

  /**
   * Finds the files that are there by now, where more may come: nothing need be there.
   *
   * @throws StorageException if a filesystem does not answer
   */
  static InputFiles discover(List<String> paths) {
    SortedMap<String, InputFile> found = new TreeMap<>();
    for (String path : paths) {
      translating(path, () -> addAll(path, found, Absent.AWAITED));
    }
    return new InputFiles(List.copyOf(found.values()));
  }

  /**
   * Checks that files can come below each path: a directory or a file exists, a glob is valid.
   *
   * @throws InvalidRequestException if not
   * @throws StorageException if a filesystem does not answer
   */
  static void requireWatchable(List<String> paths) {
    for (String text : paths) {
      translating(
          text,
          () -> {
            Path path = pathOf(text);
            if (statusOf(path.getFileSystem(), path).isEmpty() && Glob.of(path) == null) {
              throw missing(text);
            }
          });
    }
  }

  /** What is done where nothing is at a path, or matches a glob. */
  private enum Absent {
    REFUSED,
    AWAITED
  }

  private interface Listing {
    void run() throws IOException;
  }

  private static void translating(String path, Listing listing) {
    try {
      listing.run();
    } catch (UnsupportedFileSystemSchemeException e) {
      throw new InvalidRequestException(
          "the input path '"
              + path
              + "' is of a filesystem that this Flink does not have: "
              + e.getMessage(),
          e);
    } catch (IOException e) {
      throw new StorageException("cannot list the input path '" + path + "': " + e.getMessage(), e);
    }
  }

  private static Path pathOf(String text) throws IOException {
    Path given;
    try {
      given = new Path(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException(
          "the input path '" + text + "' is no path: " + e.getMessage(), e);
    }
    return given.makeQualified(given.getFileSystem());
  }

  private static InvalidRequestException missing(String text) {
    return new InvalidRequestException(
        "the input path '" + text + "' does not exist; correct --input");
  }

  private static void addAll(String text, SortedMap<String, InputFile> found, Absent absent)
      throws IOException {
    Path path = pathOf(text);
    FileSystem fs = path.getFileSystem();
    Optional<FileStatus> status = statusOf(fs, path);
    if (status.isPresent()) {
      addTree(fs, status.get(), found);
      return;
    }
    Glob glob = Glob.of(path);
    if (glob == null) {
      if (absent == Absent.REFUSED) {
        throw missing(text);
      }
      return;
    }
    Optional<FileStatus> base = statusOf(fs, glob.base());
    int before = found.size();
    boolean any =
        base.isPresent() && base.get().isDir() && addMatches(fs, glob, glob.base(), 0, found);
    if (!any && found.size() == before && absent == Absent.REFUSED) {
      throw new InvalidRequestException(
          "the input glob '"
              + text
              + "' matches no file (names that begin with . or _ are left out); correct --input");
    }
  }

  /** Adds what the glob matches below a directory; true if it matched anything. */
  private static boolean addMatches(
      FileSystem fs, Glob glob, Path directory, int depth, SortedMap<String, InputFile> found)
      throws IOException {
    boolean any = false;
    for (FileStatus child : list(fs, directory)) {
      if (glob.matches(child.getPath())) {
        addTree(fs, child, found);
        any = true;
      } else if (child.isDir() && glob.mayMatchBelow(child.getPath(), depth + 1)) {
        any |= addMatches(fs, glob, child.getPath(), depth + 1, found);
      }
    }
    return any;
  }

  private static void addTree(FileSystem fs, FileStatus status, SortedMap<String, InputFile> found)
      throws IOException {
    if (status.isDir()) {
      for (FileStatus child : list(fs, status.getPath())) {
        addTree(fs, child, found);
      }
      return;
    }
    Path path = status.getPath().makeQualified(fs);
    found.put(path.toString(), new InputFile(path, status.getLen(), status.getModificationTime()));
  }

  private static List<FileStatus> list(FileSystem fs, Path directory) throws IOException {
    FileStatus[] children = fs.listStatus(directory);
    if (children == null) {
      throw new FileNotFoundException(
          InputFile.shown(directory) + " went away while it was listed");
    }
    return List.of(children).stream()
        .filter(child -> !isHidden(child.getPath().getName()))
        .sorted(Comparator.comparing(child -> child.getPath().toString()))
        .toList();
  }

  private static boolean isHidden(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  private static Optional<FileStatus> statusOf(FileSystem fs, Path path) throws IOException {
    try {
      return Optional.of(fs.getFileStatus(path));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }
}
