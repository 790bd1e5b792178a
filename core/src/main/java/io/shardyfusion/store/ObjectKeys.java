package io.shardyfusion.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.Printable;
import org.jspecify.annotations.Nullable;

/** The rules for keys, which are the same for every store. */
public final class ObjectKeys {

  /** The first part that no key may have: a directory keeps its unfinished files there. */
  public static final String RESERVED = ".tmp";

  /** S3's bound, in bytes of UTF-8. */
  private static final int MAX_BYTES = 1024;

  private static final int SHOWN = 200;

  private ObjectKeys() {}

  /** Returns {@code key} if it is one. */
  public static String check(String key) {
    String flaw = flaw(key);
    if (flaw != null) {
      throw new InvalidRequestException(
          "'" + shown(key) + "' cannot be an object's key: it " + flaw);
    }
    return key;
  }

  /** Returns {@code prefix} if a key can begin with it. */
  public static String checkPrefix(String prefix) {
    // The text after the last slash is the beginning of a part, and any text is allowed there.
    String flaw = flaw(prefix + "x");
    if (flaw != null) {
      throw new InvalidRequestException(
          "'" + shown(prefix) + "' cannot begin an object's key: it " + flaw);
    }
    return prefix;
  }

  /** Returns whether {@code key} is a valid object key. */
  public static boolean valid(String key) {
    return flaw(key) == null;
  }

  private static @Nullable String flaw(String key) {
    if (key.isEmpty()) {
      return "is empty";
    }
    if (key.length() > MAX_BYTES || key.getBytes(UTF_8).length > MAX_BYTES) {
      return "is longer than " + MAX_BYTES + " bytes";
    }
    if (key.startsWith("/")) {
      return "is absolute; keys are relative to the store's root";
    }
    if (!key.codePoints().allMatch(ObjectKeys::allowed)) {
      return "has a backslash, a control character or half a surrogate pair";
    }
    int part = 0;
    for (String name : key.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        return "has the part '" + name + "'";
      }
      if (part++ == 0 && name.equals(RESERVED)) {
        return "begins with '" + RESERVED + "/', which is reserved";
      }
    }
    return null;
  }

  private static boolean allowed(int codePoint) {
    return codePoint != '\\'
        && !Character.isISOControl(codePoint)
        && Character.getType(codePoint) != Character.SURROGATE;
  }

  private static String shown(String key) {
    String begin = key.length() <= SHOWN ? key : key.substring(0, SHOWN) + "...";
    return Printable.line(begin);
  }
}
