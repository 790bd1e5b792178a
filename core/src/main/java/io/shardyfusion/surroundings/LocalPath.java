package io.shardyfusion.surroundings;

import io.shardyfusion.InvalidRequestException;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Paths of the local file system, whose names the Java platform encodes and decodes by the locale's
 * character set.
 */
public final class LocalPath {

  private static final Pattern URI = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):");

  private LocalPath() {}

  /**
   * The path that {@code text} writes.
   *
   * @throws InvalidRequestException if it cannot name a file here, with the remedy
   */
  public static Path of(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new InvalidRequestException(flaw(text, e.getReason(), charset()), e);
    }
  }

  /**
   * Refuses a path or {@code file} URI that cannot name a file here; takes every other URI.
   *
   * @throws InvalidRequestException with the remedy
   */
  public static void check(String location) {
    // Two letters at least: a single one is a drive of Windows.
    Matcher uri = URI.matcher(location);
    if (!uri.lookingAt() || uri.group(1).equalsIgnoreCase("file")) {
      of(location);
    }
  }

  /** Returns whether the text of {@code path} names the file that {@code path} is. */
  public static boolean hasText(Path path) {
    String text = path.toString();
    if (text.indexOf(GivenText.REPLACEMENT) < 0) {
      return true;
    }
    try {
      return path.getFileSystem().getPath(text).equals(path);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  static String flaw(String text, String reason, Charset charset) {
    if (charset.newEncoder().canEncode(text)) {
      return "'" + text + "' is no path: " + reason;
    }
    return "'"
        + text
        + "' is no path in the character set of this process, "
        + charset.name()
        + ", which comes from its locale; set LC_ALL=C.UTF-8 in the environment and start it again";
  }

  /** The character set of arguments and file names. */
  static Charset charset() {
    String name = System.getProperty("sun.jnu.encoding");
    return name != null && Charset.isSupported(name)
        ? Charset.forName(name)
        : Charset.defaultCharset();
  }
}
