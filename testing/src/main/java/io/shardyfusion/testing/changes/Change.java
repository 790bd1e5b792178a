package io.shardyfusion.testing.changes;

import org.jspecify.annotations.Nullable;

/**
 * One change of one key.
 *
 * @param key {@code <log>/<name>}: the log whose order the change has a place in
 * @param value the key's value from here on; null: it is deleted
 */
public record Change(String key, @Nullable String value) {

  /** The log of a key: what is before its first slash. */
  public static String log(String key) {
    int slash = key.indexOf('/');
    return slash < 0 ? key : key.substring(0, slash);
  }
}
