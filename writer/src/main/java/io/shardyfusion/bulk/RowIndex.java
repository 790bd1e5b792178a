package io.shardyfusion.bulk;

import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongArrays;

/**
 * The addresses of the rows of {@link RowPages}, by shard, and their sorted order. Sorting goes by
 * the key's prefix first, by radix sort, and compares whole rows only where prefixes are equal.
 * Reused after {@link #clear()}; not thread-safe.
 */
final class RowIndex {

  private static final int PREFETCH_ROWS = 64;

  private final RowPages pages;
  private final int firstShard;
  private final LongArrayList[] prefixes;
  private final LongArrayList[] addresses;
  private final RowView left = new RowView();
  private final RowView right = new RowView();
  private int rows;

  /** An index of rows of the shards {@code [firstShard, firstShard + shards)}. */
  RowIndex(RowPages pages, int firstShard, int shards) {
    this.pages = pages;
    this.firstShard = firstShard;
    this.prefixes = new LongArrayList[shards];
    this.addresses = new LongArrayList[shards];
    for (int i = 0; i < shards; i++) {
      prefixes[i] = new LongArrayList();
      addresses[i] = new LongArrayList();
    }
  }

  void add(int shard, long prefix, int address) {
    prefixes[shard - firstShard].add(prefix);
    addresses[shard - firstShard].add(address);
    rows++;
  }

  /** The number of rows. */
  int rows() {
    return rows;
  }

  /** Forgets all rows, and gives the memory back. */
  void clear() {
    rows = 0;
    for (int i = 0; i < prefixes.length; i++) {
      prefixes[i] = new LongArrayList();
      addresses[i] = new LongArrayList();
    }
  }

  /**
   * The rows in order. Valid until {@link #clear()}; shards are sorted as the cursor reaches them.
   */
  SortedRows sorted() {
    return new Cursor();
  }

  private void sort(int slot) {
    long[] prefix = prefixes[slot].elements();
    long[] address = addresses[slot].elements();
    int n = prefixes[slot].size();
    LongArrays.radixSort(prefix, address, 0, n);
    for (int from = 0; from < n; ) {
      int to = from + 1;
      while (to < n && prefix[to] == prefix[from]) {
        to++;
      }
      if (to - from > 1) {
        LongArrays.mergeSort(address, from, to, this::compareRows);
      }
      from = to;
    }
  }

  private int compareRows(long a, long b) {
    pages.read((int) a, left);
    pages.read((int) b, right);
    return left.compareTo(right);
  }

  private final class Cursor implements SortedRows {

    private final RowView row = new RowView();
    private int slot = -1;
    private int size;
    private int at;
    private int fetched;
    private int unused;

    @Override
    public boolean next() {
      at++;
      while (at >= size) {
        if (slot == prefixes.length - 1) {
          return false;
        }
        slot++;
        sort(slot);
        size = prefixes[slot].size();
        at = 0;
        fetched = 0;
      }
      if (at == fetched) {
        fetched = Math.min(size, at + PREFETCH_ROWS);
        unused += pages.prefetch(addresses[slot].elements(), at, fetched);
      }
      pages.read((int) addresses[slot].getLong(at), row);
      return true;
    }

    @Override
    public int shard() {
      return firstShard + slot;
    }

    @Override
    public long prefix() {
      return prefixes[slot].getLong(at);
    }

    @Override
    public RowView row() {
      return row;
    }

    @Override
    public void close() {}
  }
}
