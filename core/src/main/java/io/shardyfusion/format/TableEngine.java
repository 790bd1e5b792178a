package io.shardyfusion.format;

/**
 * The RocksDB that wrote a snapshot's tables, and how.
 *
 * @param name {@code rocksdb}
 * @param version of the library, for example {@code 11.8.1}
 * @param profile the table profile, for example {@code balanced}
 */
public record TableEngine(String name, String version, String profile) {}
