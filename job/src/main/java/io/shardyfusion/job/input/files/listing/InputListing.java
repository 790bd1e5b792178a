package io.shardyfusion.job.input.files.listing;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.input.news.InputProblem;
import io.shardyfusion.job.input.rows.ShownPath;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;

/**
 * The result of listing the paths of an input: each file once, what cannot be listed or read, what
 * is left out, and which paths name nothing. One thing that cannot be read takes nothing else
 * along.
 *
 * <p>Directories are followed through links, and a link back to a directory that it is in is a
 * problem.
 */
public final class InputListing {

  private final SortedMap<String, InputFile> files = new TreeMap<>();
  private final SortedMap<String, InputProblem> problems = new TreeMap<>();
  private final SortedSet<String> skipped = new TreeSet<>();
  private final SortedMap<String, Path> missing = new TreeMap<>();
  private final SortedMap<String, Path> unmatched = new TreeMap<>();

  private final boolean goesIn;
  private final Consumer<String> asks;

  private InputListing(boolean goesIn, Consumer<String> asks) {
    this.goesIn = goesIn;
    this.asks = asks;
  }

  /**
   * Lists the paths. Costs requests in proportion to their directories.
   *
   * @param asks is told each thing that a filesystem is asked for, before it is
   * @throws InvalidRequestException if a text is no path or no glob, or of an unknown filesystem
   */
  public static InputListing of(List<String> paths, Consumer<String> asks) {
    InputListing listing = new InputListing(true, asks);
    for (String text : paths) {
      listing.add(text);
    }
    return listing;
  }

  /** The same as {@link #of}, but of the paths themselves only: lists no directory. */
  public static InputListing ofThemselves(List<String> paths, Consumer<String> asks) {
    InputListing listing = new InputListing(false, asks);
    for (String text : paths) {
      listing.add(text);
    }
    return listing;
  }

  /** The files, by their paths. */
  public SortedMap<String, InputFile> files() {
    return files;
  }

  /** Problems of paths that cannot be listed or read, by path. */
  public SortedMap<String, InputProblem> problems() {
    return problems;
  }

  /** The files and directories that are left out because a tool seems to have left them. */
  public SortedSet<String> skipped() {
    return skipped;
  }

  /** The texts that name a path where nothing is, with that path. */
  public SortedMap<String, Path> missing() {
    return missing;
  }

  /** The globs that match nothing, with the directory where they begin. */
  public SortedMap<String, Path> unmatched() {
    return unmatched;
  }

  private void add(String text) {
    Path path;
    FileTree tree;
    FileEntry entry;
    asks.accept(text);
    try {
      path = pathOf(text);
      tree = FileTree.of(path);
    } catch (UnsupportedFileSystemSchemeException e) {
      throw new InvalidRequestException(
          "the input path '"
              + text
              + "' is of a filesystem that this Flink does not have: "
              + e.getMessage(),
          e);
    } catch (IOException e) {
      problem(text, e);
      return;
    }
    try {
      entry = tree.find(path);
    } catch (IOException e) {
      problem(ShownPath.of(path), e);
      return;
    }
    if (entry != null) {
      addTree(tree, entry, new LinkedHashMap<>());
      return;
    }
    Glob glob = Glob.of(path);
    if (glob == null) {
      missing.put(text, path);
    } else {
      addGlob(text, tree, glob);
    }
  }

  /** The absolute path that a text names. */
  private static Path pathOf(String text) throws IOException {
    try {
      Path path = LocalPaths.of(text);
      return LocalPaths.isLocal(path) ? path : path.makeQualified(path.getFileSystem());
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException(
          "the input path '" + text + "' is no path: " + e.getMessage(), e);
    }
  }

  private void addGlob(String text, FileTree tree, Glob glob) {
    FileEntry base;
    asks.accept(ShownPath.of(glob.base()));
    try {
      base = tree.find(glob.base());
    } catch (IOException e) {
      problem(ShownPath.of(glob.base()), e);
      return;
    }
    int before = files.size() + problems.size();
    boolean any =
        base != null
            && base.isDirectory()
            && addMatches(tree, glob, base, 0, new LinkedHashMap<>());
    if (!any && files.size() + problems.size() == before) {
      unmatched.put(text, glob.base());
    }
  }

  /** Adds what the glob matches below a directory; true if it matched anything. */
  private boolean addMatches(
      FileTree tree, Glob glob, FileEntry directory, int depth, Map<Object, Path> within) {
    boolean any = false;
    if (!enter(directory, within)) {
      return true;
    }
    for (FileEntry child : list(tree, directory.path())) {
      if (glob.matches(child.path())) {
        addTree(tree, child, within);
        any = true;
      } else if (child.isDirectory() && glob.mayMatchBelow(child.path(), depth + 1)) {
        any |= addMatches(tree, glob, child, depth + 1, within);
      }
    }
    leave(directory, within);
    return any;
  }

  /** Adds a file, or all below a directory. {@code within} has the directories that it is in. */
  private void addTree(FileTree tree, FileEntry entry, Map<Object, Path> within) {
    Path path = entry.path();
    if (!entry.isDirectory()) {
      files.put(path.toString(), new InputFile(path, entry.length(), entry.modificationTime()));
      return;
    }
    if (!enter(entry, within)) {
      return;
    }
    for (FileEntry child : list(tree, path)) {
      addTree(tree, child, within);
    }
    leave(entry, within);
  }

  /** Notes that what follows is in a directory; false where that is in itself. */
  private boolean enter(FileEntry directory, Map<Object, Path> within) {
    Object identity = directory.identity();
    Path same = identity == null ? null : within.putIfAbsent(identity, directory.path());
    if (same == null) {
      return true;
    }
    problem(
        ShownPath.of(directory.path()),
        new NotAnInputException(
            "it is a link back to " + ShownPath.of(same) + ", which it is in; remove the link"));
    return false;
  }

  private static void leave(FileEntry directory, Map<Object, Path> within) {
    Object identity = directory.identity();
    if (identity != null) {
      within.remove(identity);
    }
  }

  private List<FileEntry> list(FileTree tree, Path directory) {
    if (!goesIn) {
      return List.of();
    }
    List<FileEntry> found;
    asks.accept(ShownPath.of(directory));
    try {
      found = tree.list(directory, this::problem);
    } catch (IOException e) {
      problem(ShownPath.of(directory), e);
      return List.of();
    }
    return found.stream()
        .filter(child -> !isSkipped(child.path()))
        .sorted(Comparator.comparing(child -> child.path().toString()))
        .toList();
  }

  private boolean isSkipped(Path path) {
    String name = path.getName();
    if (SkippedNames.isHidden(name)) {
      return true;
    }
    if (SkippedNames.isLeftByTools(name)) {
      skipped.add(ShownPath.of(path));
      return true;
    }
    return false;
  }

  private void problem(String subject, IOException e) {
    problems.put(
        subject,
        new InputProblem(
            subject, String.valueOf(e.getMessage()), e instanceof NotAnInputException ? null : e));
  }
}
