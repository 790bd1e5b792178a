package io.shardyfusion.run;

/**
 * The names of the Flink accumulators, and of the counters in run records, that tell what a run
 * did.
 */
public final class RunCounters {

  /** All rows of the input. */
  public static final String ROWS_READ = "rows_read";

  /** The bytes of those rows, decompressed. */
  public static final String BYTES_READ = "bytes_read";

  /** Rows that could not be read, and were skipped or set aside. */
  public static final String BAD_ROWS = "bad_rows";

  /** Distinct live keys written into finished databases. */
  public static final String ROWS_WRITTEN = "rows_written";

  /** Rows that a later row of the same key replaced, with no delete in between. */
  public static final String DUPLICATES = "duplicates";

  /** Rows that delete their key. */
  public static final String DELETES = "deletes";

  /** Rows that reached the shards of a continuous job. */
  public static final String RECORDS = "records";

  /** Shards that are in the store. */
  public static final String SHARDS_STORED = "shards_stored";

  /** The number of table files in the snapshot. */
  public static final String FILES = "files";

  /** The bytes of the table files that were uploaded. */
  public static final String NEW_BYTES = "new_bytes";

  /** Requests that wrote objects. */
  public static final String PUTS = "puts";

  /** Requests that read objects. */
  public static final String GETS = "gets";

  /**
   * The longest time that a subtask took from the end of input until its shards were stored, in
   * milliseconds.
   */
  public static final String WRITE_MILLIS = "write_ms";

  /** The time from the last shard until the snapshot was announced, in milliseconds. */
  public static final String ANNOUNCE_MILLIS = "announce_ms";

  private RunCounters() {}
}
