package io.shardyfusion.job;

/**
 * Progress of a running batch job.
 *
 * @param phase what it is doing
 * @param rowsRead rows of the input so far
 * @param bytesRead bytes of those rows, decompressed
 * @param rowsWritten rows in finished table files so far
 * @param shardsStored shards in the store so far
 * @param shards all shards
 */
public record RunProgress(
    Phase phase, long rowsRead, long bytesRead, long rowsWritten, int shardsStored, int shards) {

  /** The phases of a batch run. */
  public enum Phase {
    /** Flink starts; nothing is read yet. */
    STARTING,
    /** Rows are read, routed and sorted. */
    READING,
    /** Sorted rows are written into table files and uploaded, shard by shard. */
    WRITING,
    /** Everything is stored; the snapshot is announced. */
    ANNOUNCING
  }
}
