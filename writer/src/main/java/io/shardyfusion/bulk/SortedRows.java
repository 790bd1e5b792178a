package io.shardyfusion.bulk;

import java.io.IOException;

/**
 * A cursor over rows in the order of shard, key (unsigned bytes) and order, the latest row of a key
 * first.
 */
interface SortedRows extends AutoCloseable {

  /** Moves to the next row, at first to the first; false at the end. */
  boolean next() throws IOException;

  /** The shard of this row. */
  int shard();

  /** The first 8 bytes of this row's key as {@link KeyPrefix} orders them. */
  long prefix();

  /** This row; valid until {@link #next()}. */
  RowView row();

  @Override
  void close() throws IOException;
}
