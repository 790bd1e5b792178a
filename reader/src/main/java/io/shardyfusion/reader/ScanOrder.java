package io.shardyfusion.reader;

/** The order of the rows of a scan over several shards. */
public enum ScanOrder {
  /**
   * Shard by shard, in key order within each. A shard is opened when the scan comes to it; the
   * cheaper one, for whatever does not care.
   */
  BY_SHARD,
  /**
   * In the order of the stored keys over all shards: numeric for integers, that of the UTF-8 bytes
   * for text, that of the unsigned bytes for bytes. All shards that can hold a row are opened at
   * the first row, and each has an open iterator, some 30 KiB of native memory, until the scan is
   * closed.
   */
  BY_KEY
}
