package io.shardyfusion.format;

import java.util.regex.Pattern;

/**
 * One RocksDB table file of a shard.
 *
 * @param name as RocksDB's own MANIFEST refers to it, for example {@code 000008.sst}
 * @param size in bytes
 * @param sha256 of its bytes; {@link Layout#file} gives its object
 */
public record TableFile(String name, long size, Sha256 sha256) {

  private static final Pattern NAME = Pattern.compile("[0-9]{6,20}\\.sst");

  /** Checks the name and the size. */
  public TableFile {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name must be one of a table file, such as 000008.sst, found " + Checks.shown(name));
    }
    Checks.atLeast("size", size, 1);
  }

  /** The key of the object that holds the file. */
  public String object() {
    return Layout.file(sha256);
  }
}
