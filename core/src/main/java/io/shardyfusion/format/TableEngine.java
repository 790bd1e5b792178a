package io.shardyfusion.format;

/**
 * The RocksDB that wrote a snapshot's tables, and how.
 *
 * @param name {@code rocksdb}
 * @param version of the library, for example {@code 11.8.1}
 * @param profile the table profile, for example {@code balanced}
 */
public record TableEngine(String name, String version, String profile) {

  /** The only engine there is. */
  public static final String ROCKSDB = "rocksdb";

  /** Checks the name and the lengths. */
  public TableEngine {
    if (!name.equals(ROCKSDB)) {
      throw new IllegalArgumentException(
          "name must be " + ROCKSDB + ", found " + Checks.shown(name));
    }
    Checks.text("version", version, Limits.MAX_NAME);
    Checks.text("profile", profile, Limits.MAX_NAME);
  }
}
