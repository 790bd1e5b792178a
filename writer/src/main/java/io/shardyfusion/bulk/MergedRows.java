package io.shardyfusion.bulk;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Several sorted runs as one. Owns the runs' cursors. */
final class MergedRows implements SortedRows {

  private static final Comparator<SortedRows> ORDER =
      (a, b) -> {
        if (a.shard() != b.shard()) {
          return Integer.compare(a.shard(), b.shard());
        }
        if (a.prefix() != b.prefix()) {
          return Long.compare(a.prefix(), b.prefix());
        }
        return a.row().compareTo(b.row());
      };

  private final List<SortedRows> all;
  private final PriorityQueue<SortedRows> behind;
  private @Nullable SortedRows current;

  /** The merge of {@code runs}, none of which has been moved yet. */
  MergedRows(List<SortedRows> runs) throws IOException {
    this.all = List.copyOf(runs);
    this.behind = new PriorityQueue<>(Math.max(1, runs.size()), ORDER);
    for (SortedRows run : runs) {
      if (run.next()) {
        behind.add(run);
      }
    }
  }

  @Override
  public boolean next() throws IOException {
    if (current != null && current.next()) {
      SortedRows first = behind.peek();
      if (first == null || ORDER.compare(current, first) <= 0) {
        return true;
      }
      behind.add(current);
    }
    current = behind.poll();
    return current != null;
  }

  @Override
  public int shard() {
    return onRow().shard();
  }

  @Override
  public long prefix() {
    return onRow().prefix();
  }

  @Override
  public RowView row() {
    return onRow().row();
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (SortedRows run : all) {
      try {
        run.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private SortedRows onRow() {
    if (current == null) {
      throw new IllegalStateException("the cursor is not on a row");
    }
    return current;
  }
}
