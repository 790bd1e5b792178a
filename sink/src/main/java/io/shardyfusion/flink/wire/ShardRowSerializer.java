package io.shardyfusion.flink.wire;

import io.shardyfusion.DataDamagedException;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Moves rows to the shards. <b>Transient</b>: tasks of one job, and so of one release, send them
 * each other, and no checkpoint holds any. So this form may change with each release.
 *
 * <p>Shard (4 bytes), order (8), key length (4), value length (4; -1 for a delete, -2 for a number
 * of bad rows), key, value; big-endian.
 */
public final class ShardRowSerializer extends TypeSerializerSingleton<ShardRow> {

  public static final ShardRowSerializer INSTANCE = new ShardRowSerializer();

  private static final long serialVersionUID = 1L;
  private static final byte[] NO_BYTES = {};
  private static final int DELETE = -1;
  private static final int BAD_ROWS = -2;

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public ShardRow createInstance() {
    return new ShardRow(0, 0, NO_BYTES, null);
  }

  @Override
  public ShardRow copy(ShardRow from) {
    byte[] value = from.value;
    ShardRow copy =
        new ShardRow(
            from.shard, from.order, from.key.clone(), value == null ? null : value.clone());
    copy.isBadRows = from.isBadRows;
    return copy;
  }

  @Override
  public ShardRow copy(ShardRow from, ShardRow reuse) {
    return copy(from);
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(ShardRow row, DataOutputView target) throws IOException {
    byte[] value = row.value;
    target.writeInt(row.shard);
    target.writeLong(row.order);
    target.writeInt(row.key.length);
    target.writeInt(row.isBadRows ? BAD_ROWS : value == null ? DELETE : value.length);
    target.write(row.key);
    if (value != null) {
      target.write(value);
    }
  }

  @Override
  public ShardRow deserialize(DataInputView source) throws IOException {
    return deserialize(createInstance(), source);
  }

  @Override
  public ShardRow deserialize(ShardRow reuse, DataInputView source) throws IOException {
    reuse.shard = source.readInt();
    reuse.order = source.readLong();
    int keyBytes = source.readInt();
    int valueBytes = source.readInt();
    checkSizes(keyBytes, valueBytes);
    reuse.key = read(source, reuse.key, keyBytes);
    reuse.value = valueBytes < 0 ? null : read(source, reuse.value, valueBytes);
    reuse.isBadRows = valueBytes == BAD_ROWS;
    return reuse;
  }

  private static void checkSizes(int keyBytes, int valueBytes) {
    if (keyBytes < 0 || valueBytes < BAD_ROWS) {
      throw new DataDamagedException(
          "a row is damaged: expected a key of at least 0 bytes, and a value of at least 0, -1 for a delete or -2 for"
              + " bad rows, found "
              + keyBytes
              + " and "
              + valueBytes);
    }
  }

  private static byte[] read(DataInputView source, byte @Nullable [] reuse, int length)
      throws IOException {
    byte[] bytes = reuse != null && reuse.length == length ? reuse : new byte[length];
    source.readFully(bytes);
    return bytes;
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    target.write(source, Integer.BYTES + Long.BYTES);
    int keyBytes = source.readInt();
    int valueBytes = source.readInt();
    checkSizes(keyBytes, valueBytes);
    target.writeInt(keyBytes);
    target.writeInt(valueBytes);
    target.write(source, keyBytes + Math.max(valueBytes, 0));
  }

  @Override
  public TypeSerializerSnapshot<ShardRow> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Flink's record of this serializer in checkpoints. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ShardRow> {

    /** For Flink, which creates it by reflection. */
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
