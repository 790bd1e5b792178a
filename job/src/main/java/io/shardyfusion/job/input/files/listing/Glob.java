package io.shardyfusion.job.input.files.listing;

import io.shardyfusion.InvalidRequestException;
import java.nio.file.FileSystems;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A path with wildcards, cut into the directory where a listing begins and what must match below
 * it.
 */
final class Glob {

  private static final Pattern WILDCARD = Pattern.compile("[*?\\[{]");

  private final Path base;
  private final PathMatcher whole;

  /**
   * For each depth below the base, what a directory must match so that files below it can; empty:
   * anything.
   */
  private final List<PathMatcher> prefixes;

  private final boolean anyDepth;

  private Glob(Path base, PathMatcher whole, List<PathMatcher> prefixes, boolean anyDepth) {
    this.base = base;
    this.whole = whole;
    this.prefixes = prefixes;
    this.anyDepth = anyDepth;
  }

  /** The glob that a qualified path is, or null if it has no wildcard. */
  static @Nullable Glob of(Path path) {
    String text = path.getPath();
    var wildcard = WILDCARD.matcher(text);
    if (!wildcard.find()) {
      return null;
    }
    int baseEnd = text.lastIndexOf('/', wildcard.start());
    String baseText = baseEnd <= 0 ? "/" : text.substring(0, baseEnd);
    Path base = new Path(path.toUri().getScheme(), path.toUri().getAuthority(), baseText);
    try {
      List<PathMatcher> prefixes = new ArrayList<>();
      boolean anyDepth = false;
      int end = baseEnd;
      while ((end = text.indexOf('/', end + 1)) >= 0) {
        String prefix = text.substring(0, end);
        if (prefix.contains("**") || isInsideBraces(prefix)) {
          anyDepth = true;
          break;
        }
        prefixes.add(matcher(prefix));
      }
      anyDepth |= text.contains("**");
      return new Glob(base, matcher(text), List.copyOf(prefixes), anyDepth);
    } catch (PatternSyntaxException e) {
      throw new InvalidRequestException(
          "the input glob '" + path + "' is not valid: " + e.getMessage(), e);
    }
  }

  /** The directory where the listing begins. */
  Path base() {
    return base;
  }

  /** Returns whether this file or directory matches. */
  boolean matches(Path path) {
    return whole.matches(java.nio.file.Path.of(path.getPath()));
  }

  /**
   * Returns whether something below this directory, itself so many levels below the base, may
   * match.
   */
  boolean mayMatchBelow(Path directory, int depth) {
    if (depth <= prefixes.size()) {
      return prefixes.get(depth - 1).matches(java.nio.file.Path.of(directory.getPath()));
    }
    return anyDepth;
  }

  private static PathMatcher matcher(String glob) {
    return FileSystems.getDefault().getPathMatcher("glob:" + glob);
  }

  private static boolean isInsideBraces(String prefix) {
    return prefix.lastIndexOf('{') > prefix.lastIndexOf('}');
  }
}
