package io.shardyfusion.bulk;

/**
 * The numbers of a build's rows, by what became of them.
 *
 * @param written distinct live keys
 * @param duplicates rows that a later row of the same key replaced, with no delete in between
 * @param deletes rows that delete their key
 */
public record RowCounts(long written, long duplicates, long deletes) {

  /** The counts of both. */
  public RowCounts plus(RowCounts more) {
    return new RowCounts(
        written + more.written, duplicates + more.duplicates, deletes + more.deletes);
  }
}
