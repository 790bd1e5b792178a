package io.shardyfusion.testkit;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.reader.RowCursor;
import io.shardyfusion.testkit.InMemorySnapshot.Row;
import java.util.List;

/** A cursor over rows in memory. */
final class InMemoryCursor implements RowCursor {

  private final InMemoryLookups lookups;
  private final InMemorySnapshot snapshot;
  private final List<Row> rows;
  private int at = -1;
  private boolean closed;

  InMemoryCursor(InMemoryLookups lookups, InMemorySnapshot snapshot, List<Row> rows) {
    this.lookups = lookups;
    this.snapshot = snapshot;
    this.rows = rows;
  }

  @Override
  public synchronized boolean next() {
    checkOpen();
    lookups.checkFailure();
    at = Math.min(at + 1, rows.size());
    return at < rows.size();
  }

  @Override
  public synchronized Object key() {
    return snapshot.encoding().decode(row().key()).value();
  }

  @Override
  public synchronized byte[] value() {
    return row().value().clone();
  }

  @Override
  public synchronized ShardEntry shard() {
    return snapshot.entries().get(row().shard());
  }

  private Row row() {
    checkOpen();
    if (at < 0 || at == rows.size()) {
      throw new InvalidRequestException(
          "the cursor is on no row; call next() first, and go on only if it is true");
    }
    return rows.get(at);
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedException("this cursor was closed; open another");
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}
