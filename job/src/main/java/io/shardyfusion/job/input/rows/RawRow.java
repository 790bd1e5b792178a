package io.shardyfusion.job.input.rows;

import io.shardyfusion.flink.wire.SingletonTypeInfo;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * One row as it is in its file, without its line end, or as the value of a record of Kafka: a
 * window into a buffer, valid only until the next row is read. Readers reuse the instance and the
 * buffer, so whoever takes a row copies what it keeps.
 */
public final class RawRow {

  public static final TypeInformation<RawRow> TYPE =
      new SingletonTypeInfo<>(RawRow.class, RawRowSerializer.INSTANCE);

  public RowOrigin origin;

  /** {@link RowOrder}. */
  public long order;

  /** The row's first line, counted from the origin's base, beginning with 0; or its offset. */
  public long line;

  public byte[] data;
  public int from;
  public int to;

  /** The key of a record of Kafka, or null if it has none or the row is of a file. */
  public byte @Nullable [] recordKey;

  /** True if this is a record of Kafka without a value, which deletes its key. */
  public boolean isTombstone;

  public RawRow(RowOrigin origin, long order, long line, byte[] data, int from, int to) {
    this.origin = origin;
    this.order = order;
    this.line = line;
    this.data = data;
    this.from = from;
    this.to = to;
  }

  public int length() {
    return to - from;
  }

  @Override
  public String toString() {
    return "%s@%s: %s"
        .formatted(origin.shown(), order, new String(data, from, length(), StandardCharsets.UTF_8));
  }
}
