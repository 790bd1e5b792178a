package io.shardyfusion.flink.wire;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * One change of one key on its way to its shard; or the {@linkplain #badRows number of rows} that
 * could not be read and so went no further, which travels in the order of the rows. Mutable and
 * reused by Flink where object reuse is on; operators copy what they keep.
 */
public final class ShardRow {

  /** Flink's type information of shard rows. */
  public static final TypeInformation<ShardRow> TYPE =
      new SingletonTypeInfo<>(ShardRow.class, ShardRowSerializer.INSTANCE);

  private static final byte[] NO_KEY = {};

  /** The shard that the key belongs to. */
  public int shard;

  /**
   * Among rows of the same key, the one with the largest order wins. Rows of one input have
   * distinct orders.
   */
  public long order;

  /** The key as it is stored. */
  public byte[] key;

  /** The value, or null to delete the key. */
  public byte @Nullable [] value;

  /** True if this is a number of bad rows. */
  public boolean isBadRows;

  /** A row that sets {@code key} to {@code value}, or deletes it where {@code value} is null. */
  public ShardRow(int shard, long order, byte[] key, byte @Nullable [] value) {
    this.shard = shard;
    this.order = order;
    this.key = key;
    this.value = value;
  }

  /**
   * Tells a continuous sink that so many rows could not be read since the one before said so. Sent
   * ahead of a checkpoint's barrier, it is counted into the version of that checkpoint.
   */
  public static ShardRow badRows(long number) {
    ShardRow row = new ShardRow(0, number, NO_KEY, null);
    row.isBadRows = true;
    return row;
  }

  /**
   * Returns whether this is no change, but a {@linkplain #badRows number of bad rows}: its order.
   */
  public boolean isBadRows() {
    return isBadRows;
  }
}
