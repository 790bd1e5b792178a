package io.shardyfusion.format;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A small file of a shard's RocksDB that is not shared between snapshots and so stands in the
 * descriptor itself: CURRENT, MANIFEST-<i>n</i> or OPTIONS-<i>n</i>. Immutable: the array is copied
 * in and out.
 */
public final class PrivateFile {

  static final String CURRENT = "CURRENT";

  private static final Pattern NAME =
      Pattern.compile("CURRENT|MANIFEST-[0-9]{6,20}|OPTIONS-[0-9]{6,20}");

  private final String name;
  private final byte[] content;

  /** A file of that name and content. */
  public PrivateFile(String name, byte[] content) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name must be CURRENT, MANIFEST-<n> or OPTIONS-<n>, found " + Checks.shown(name));
    }
    this.name = name;
    this.content = content.clone();
  }

  /** The file's name. */
  public String name() {
    return name;
  }

  /** The number of the file's bytes. */
  public int size() {
    return content.length;
  }

  /** A copy of the file's bytes. */
  public byte[] content() {
    return content.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PrivateFile that
        && name.equals(that.name)
        && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return name + " (" + content.length + " bytes)";
  }
}
