package io.shardyfusion.flink.wire;

import io.shardyfusion.flink.wire.ShardReport.ReportedFile;
import io.shardyfusion.format.BinaryFields;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.store.Requests;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Moves reports from the write operators to the sink. <b>Transient</b>: tasks of one job, and so of
 * one release, send them each other, and no checkpoint holds any, because no barrier may overtake
 * one on the edge into the sink. So this form may change with each release.
 *
 * <p>A version byte, then the fields in their order; lists after their length (4 bytes), texts as
 * {@code writeUTF}, a null key bound as false.
 */
public final class SubtaskReportSerializer extends TypeSerializerSingleton<SubtaskReport> {

  public static final SubtaskReportSerializer INSTANCE = new SubtaskReportSerializer();

  private static final long serialVersionUID = 1L;
  private static final byte WITHOUT_BAD_ROWS = 1;
  private static final byte VERSION = 2;
  private static final String WHAT = "a report";
  private static final SubtaskReport NOTHING =
      new SubtaskReport(0, 0, 1, false, List.of(), SubtaskReport.Rows.NONE, Requests.NONE);

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
    target.writeLong(report.rows().records());
    target.writeLong(report.rows().deletes());
    target.writeLong(report.rows().bad());
    target.writeLong(report.requests().puts());
    target.writeLong(report.requests().gets());
  }

  @Override
  public SubtaskReport deserialize(DataInputView source) throws IOException {
    return BinaryFields.readNext(WHAT, source, SubtaskReportSerializer::read);
  }

  private static SubtaskReport read(BinaryFields fields) throws IOException {
    byte version = fields.octet();
    if (version != VERSION && version != WITHOUT_BAD_ROWS) {
      throw BinaryFields.unknownVersion(WHAT, VERSION, version);
    }
    return new SubtaskReport(
        fields.integer(),
        fields.smallInteger(),
        fields.smallInteger(),
        fields.flag("isLast"),
        fields.list("shards", SubtaskReportSerializer::readShard),
        new SubtaskReport.Rows(
            fields.integer(), fields.integer(), version == WITHOUT_BAD_ROWS ? 0 : fields.integer()),
        new Requests(fields.integer(), fields.integer()));
  }

  private static ShardReport readShard(BinaryFields fields) throws IOException {
    return new ShardReport(
        readEntry(fields),
        fields.flag("changed"),
        fields.list("files", SubtaskReportSerializer::readFile));
  }

  private static ReportedFile readFile(BinaryFields fields) throws IOException {
    return new ReportedFile(fields.hexDigest("sha256"), fields.integer(), fields.flag("isNew"));
  }

  private static void writeEntry(ShardEntry entry, DataOutputView target) throws IOException {
    target.writeInt(entry.shard());
    target.writeLong(entry.rows());
    target.writeBoolean(entry.rowsExact());
    target.writeLong(entry.bytes());
    target.writeInt(entry.files());
    writeBound(entry.minKey(), target);
    writeBound(entry.maxKey(), target);
    target.writeUTF(entry.descriptor().hex());
  }

  private static ShardEntry readEntry(BinaryFields fields) throws IOException {
    return ShardEntry.builder()
        .shard(fields.smallInteger())
        .rows(fields.integer())
        .rowsExact(fields.flag("rowsExact"))
        .bytes(fields.integer())
        .files(fields.smallInteger())
        .minKey(fields.nullableHex("minKey"))
        .maxKey(fields.nullableHex("maxKey"))
        .descriptor(fields.hexDigest("descriptor"))
        .build();
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
