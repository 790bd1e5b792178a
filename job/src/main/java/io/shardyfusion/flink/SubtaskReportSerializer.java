package io.shardyfusion.flink;

import io.shardyfusion.flink.ShardReport.ReportedFile;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * A version byte, then the fields in their order; lists after their length (4 bytes), texts as
 * {@code writeUTF}, a null key bound as false.
 */
final class SubtaskReportSerializer extends TypeSerializerSingleton<SubtaskReport> {

  static final SubtaskReportSerializer INSTANCE = new SubtaskReportSerializer();

  private static final long serialVersionUID = 1L;
  private static final byte WITHOUT_BAD_ROWS = 1;
  private static final byte VERSION = 2;
  private static final SubtaskReport NOTHING =
      new SubtaskReport(0, 0, 1, false, List.of(), 0, 0, 0, 0, 0);

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public SubtaskReport createInstance() {
    return NOTHING;
  }

  @Override
  public SubtaskReport copy(SubtaskReport from) {
    return from;
  }

  @Override
  public SubtaskReport copy(SubtaskReport from, SubtaskReport reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(SubtaskReport report, DataOutputView target) throws IOException {
    target.writeByte(VERSION);
    target.writeLong(report.checkpoint());
    target.writeInt(report.subtask());
    target.writeInt(report.subtasks());
    target.writeBoolean(report.isLast());
    target.writeInt(report.shards().size());
    for (ShardReport shard : report.shards()) {
      writeEntry(shard.entry(), target);
      target.writeBoolean(shard.changed());
      target.writeInt(shard.files().size());
      for (ReportedFile file : shard.files()) {
        target.writeUTF(file.sha256().hex());
        target.writeLong(file.size());
        target.writeBoolean(file.isNew());
      }
    }
    target.writeLong(report.records());
    target.writeLong(report.deletes());
    target.writeLong(report.badRows());
    target.writeLong(report.puts());
    target.writeLong(report.gets());
  }

  @Override
  public SubtaskReport deserialize(DataInputView source) throws IOException {
    byte version = source.readByte();
    if (version != VERSION && version != WITHOUT_BAD_ROWS) {
      throw new IOException(
          "expected a report of version " + VERSION + ", found version " + version);
    }
    long checkpoint = source.readLong();
    int subtask = source.readInt();
    int subtasks = source.readInt();
    boolean isLast = source.readBoolean();
    List<ShardReport> shards = new ArrayList<>();
    for (int left = source.readInt(); left > 0; left--) {
      shards.add(readShard(source));
    }
    return new SubtaskReport(
        checkpoint,
        subtask,
        subtasks,
        isLast,
        shards,
        source.readLong(),
        source.readLong(),
        version == WITHOUT_BAD_ROWS ? 0 : source.readLong(),
        source.readLong(),
        source.readLong());
  }

  private static ShardReport readShard(DataInputView source) throws IOException {
    ShardEntry entry = readEntry(source);
    boolean changed = source.readBoolean();
    List<ReportedFile> files = new ArrayList<>();
    for (int left = source.readInt(); left > 0; left--) {
      files.add(
          new ReportedFile(new Sha256(source.readUTF()), source.readLong(), source.readBoolean()));
    }
    return new ShardReport(entry, changed, files);
  }

  /** Writes an entry: its fields in their order. */
  static void writeEntry(ShardEntry entry, DataOutputView target) throws IOException {
    target.writeInt(entry.shard());
    target.writeLong(entry.rows());
    target.writeBoolean(entry.rowsExact());
    target.writeLong(entry.bytes());
    target.writeInt(entry.files());
    writeBound(entry.minKey(), target);
    writeBound(entry.maxKey(), target);
    target.writeUTF(entry.descriptor().hex());
  }

  /** Reads what {@link #writeEntry} wrote. */
  static ShardEntry readEntry(DataInputView source) throws IOException {
    return new ShardEntry(
        source.readInt(),
        source.readLong(),
        source.readBoolean(),
        source.readLong(),
        source.readInt(),
        readBound(source),
        readBound(source),
        new Sha256(source.readUTF()));
  }

  @Override
  public SubtaskReport deserialize(SubtaskReport reuse, DataInputView source) throws IOException {
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
  public TypeSerializerSnapshot<SubtaskReport> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Flink's record of this serializer in checkpoints. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<SubtaskReport> {

    /** For Flink, which creates it by reflection. */
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
