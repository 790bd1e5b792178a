package io.shardyfusion.job.input.files.listing;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Paths of Flink and of this machine's files. Names of files are bytes, which are UTF-8 here,
 * whatever the locale; Flink's own way to them takes backslashes for slashes, colons for the end of
 * a scheme, and asks the locale.
 */
public final class LocalPaths {

  private static final String SCHEME = "file";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /** A single letter is a drive of Windows, or a name. */
  private static final Pattern WITH_SCHEME =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):(/.*)", Pattern.DOTALL);

  private LocalPaths() {}

  /** Returns whether a path is one of this machine's files. */
  public static boolean isLocal(Path path) {
    return SCHEME.equals(path.toUri().getScheme());
  }

  /**
   * The absolute path that a text names: what has a scheme before a slash is of that filesystem,
   * all else of Flink's default one.
   *
   * @throws IllegalArgumentException if it names none
   */
  public static Path of(String text) {
    var parts = WITH_SCHEME.matcher(text);
    if (parts.matches()) {
      if (!parts.group(1).equals(SCHEME)) {
        return new Path(text);
      }
      String rest = parts.group(2);
      // file:///dir, and also file:/dir and file://localhost/dir.
      return absolute(
          rest.startsWith("//") ? rest.substring(Math.max(2, rest.indexOf('/', 2))) : rest);
    }
    if (!SCHEME.equals(FileSystem.getDefaultFsUri().getScheme())) {
      return new Path(text);
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("it is empty");
    }
    return absolute(text.startsWith("/") ? text : System.getProperty("user.dir") + "/" + text);
  }

  private static Path absolute(String text) {
    String path = text.replaceAll("/{2,}", "/");
    return ofName(
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
  }

  private static Path ofName(String path) {
    try {
      return new Path(new URI(SCHEME, null, path, null, null).normalize());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** The file of this machine that a local path names. */
  public static java.nio.file.Path toFile(Path path) {
    StringBuilder uri = new StringBuilder("file://");
    for (byte b : path.getPath().getBytes(StandardCharsets.UTF_8)) {
      if (b == '/' || isLetterOrDigit(b)) {
        uri.append((char) b);
      } else {
        HEX.toHexDigits(uri.append('%'), b);
      }
    }
    return java.nio.file.Path.of(URI.create(uri.toString()));
  }

  private static boolean isLetterOrDigit(byte b) {
    return (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
  }

  /**
   * The path of a file in a directory.
   *
   * @throws CharacterCodingException if its name is not valid UTF-8
   */
  static Path child(Path directory, java.nio.file.Path file) throws CharacterCodingException {
    String name = String.valueOf(file.getFileName());
    if (!name.chars().allMatch(c -> c < 0x80)) {
      name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(nameOf(file))).toString();
    }
    String parent = directory.getPath();
    return ofName((parent.equals("/") ? "" : parent) + "/" + name);
  }

  /** A file's name, with what is not ASCII as {@code \\xNN}. */
  static String escapedName(java.nio.file.Path file) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : nameOf(file)) {
      if (b >= 0x20 && b < 0x7F) {
        escaped.append((char) b);
      } else {
        HEX.toHexDigits(escaped.append("\\x"), b);
      }
    }
    return escaped.toString();
  }

  /** The bytes of a file's name, which no method of a path tells but the one that makes a URI. */
  private static byte[] nameOf(java.nio.file.Path file) {
    String raw = file.toUri().getRawPath();
    int end = raw.endsWith("/") ? raw.length() - 1 : raw.length();
    String name = raw.substring(raw.lastIndexOf('/', end - 1) + 1, end);
    ByteBuffer bytes = ByteBuffer.allocate(name.length());
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) == '%') {
        bytes.put((byte) HexFormat.fromHexDigits(name, i + 1, i + 3));
        i += 2;
      } else {
        bytes.put((byte) name.charAt(i));
      }
    }
    byte[] exact = new byte[bytes.position()];
    bytes.flip().get(exact);
    return exact;
  }
}
