package io.shardyfusion.flink;

import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * A version byte, then the fields in their order; texts as {@code writeUTF}, a null key bound as
 * false.
 */
final class ShardReportSerializer extends TypeSerializerSingleton<ShardReport> {

  static final ShardReportSerializer INSTANCE = new ShardReportSerializer();

  private static final long serialVersionUID = 1L;
  private static final byte VERSION = 1;
  private static final ShardReport NOTHING =
      new ShardReport(
          new ShardEntry(0, 0, true, 0, 0, null, null, Sha256.of(new byte[0])), 0, 0, 0, 0);

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public ShardReport createInstance() {
    return NOTHING;
  }

  @Override
  public ShardReport copy(ShardReport from) {
    return from;
  }

  @Override
  public ShardReport copy(ShardReport from, ShardReport reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(ShardReport report, DataOutputView target) throws IOException {
    ShardEntry entry = report.entry();
    target.writeByte(VERSION);
    target.writeInt(entry.shard());
    target.writeLong(entry.rows());
    target.writeBoolean(entry.rowsExact());
    target.writeLong(entry.bytes());
    target.writeInt(entry.files());
    writeBound(entry.minKey(), target);
    writeBound(entry.maxKey(), target);
    target.writeUTF(entry.descriptor().hex());
    target.writeLong(report.newBytes());
    target.writeLong(report.newFiles());
    target.writeLong(report.puts());
    target.writeLong(report.gets());
  }

  @Override
  public ShardReport deserialize(DataInputView source) throws IOException {
    byte version = source.readByte();
    if (version != VERSION) {
      throw new IOException(
          "expected a shard report of version " + VERSION + ", found version " + version);
    }
    ShardEntry entry =
        new ShardEntry(
            source.readInt(),
            source.readLong(),
            source.readBoolean(),
            source.readLong(),
            source.readInt(),
            readBound(source),
            readBound(source),
            new Sha256(source.readUTF()));
    return new ShardReport(
        entry, source.readLong(), source.readLong(), source.readLong(), source.readLong());
  }

  @Override
  public ShardReport deserialize(ShardReport reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  private static void writeBound(@Nullable HexBytes bound, DataOutputView target)
      throws IOException {
    target.writeBoolean(bound != null);
    if (bound != null) {
      target.writeUTF(bound.hex());
    }
  }

  private static @Nullable HexBytes readBound(DataInputView source) throws IOException {
    return source.readBoolean() ? new HexBytes(source.readUTF()) : null;
  }

  @Override
  public TypeSerializerSnapshot<ShardReport> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Flink's record of this serializer in checkpoints. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<ShardReport> {

    /** For Flink, which creates it by reflection. */
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
