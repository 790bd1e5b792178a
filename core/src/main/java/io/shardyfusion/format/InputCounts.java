package io.shardyfusion.format;

/**
 * The input of a continuous job that a snapshot holds: what the job has read since its lineage
 * began, up to the snapshot's checkpoint, each row counted once whatever failed in between.
 *
 * @param rowsRead all rows, deletes and bad rows among them
 * @param deletes rows that delete their key
 * @param badRows rows that could not be read, and were skipped or set aside
 */
public record InputCounts(long rowsRead, long deletes, long badRows) {

  /** Nothing was read yet. */
  public static final InputCounts NONE = new InputCounts(0, 0, 0);

  /** Checks the ranges. */
  public InputCounts {
    Checks.atLeast("rows_read", rowsRead, 0);
    Checks.atLeast("deletes", deletes, 0);
    Checks.atLeast("bad_rows", badRows, 0);
  }

  /** The counts of both. */
  public InputCounts plus(InputCounts more) {
    return new InputCounts(
        Math.addExact(rowsRead, more.rowsRead),
        Math.addExact(deletes, more.deletes),
        Math.addExact(badRows, more.badRows));
  }
}
