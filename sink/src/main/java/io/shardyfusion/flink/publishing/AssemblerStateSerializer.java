package io.shardyfusion.flink.publishing;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.BinaryFields;
import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.Sha256;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The state of the sink's writer. <b>Durable</b>: checkpoints and savepoints hold it, and later
 * releases read each version of it.
 *
 * <p>Version 1: the fields in their order. Texts as {@code writeUTF}; the predecessor as in {@link
 * PredecessorSerializer}; the new files as the number of shards (4 bytes), and for each its id, the
 * number of files, and their digests and sizes in the order of the digests; the counters as their
 * number (4 bytes) and each one's name and value, in the order of the names.
 *
 * <p>Version 2: in the end whether the input was counted, and, if it was, its rows, deletes and bad
 * rows.
 *
 * <p>Version 3: in the end whether a manifest is known that has most descriptors, and, if it is, it
 * and the shards that it has not as they are: their number (4 bytes) and ids, ascending.
 */
public final class AssemblerStateSerializer implements SimpleVersionedSerializer<AssemblerState> {

  private static final int VERSION = 3;
  private static final String WHAT = "the state of a sink";

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(AssemblerState state) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    out.writeUTF(state.writer().shape());
    out.writeUTF(state.writer().runId());
    out.writeUTF(state.writer().lineage());
    PredecessorSerializer.write(state.predecessor(), out);
    out.writeLong(state.publishedAt());
    out.writeLong(state.watermark());
    Unpublished unpublished = state.unpublished();
    out.writeBoolean(unpublished.changed());
    out.writeInt(unpublished.newFiles().size());
    for (Map.Entry<Integer, Map<Sha256, Long>> shard : unpublished.newFiles().entrySet()) {
      out.writeInt(shard.getKey());
      writeFiles(shard.getValue(), out);
    }
    out.writeInt(unpublished.counters().size());
    for (Map.Entry<String, Long> counter : unpublished.counters().entrySet()) {
      out.writeUTF(counter.getKey());
      out.writeLong(counter.getValue());
    }
    InputCounts input = state.input();
    out.writeBoolean(input != null);
    if (input != null) {
      out.writeLong(input.rowsRead());
      out.writeLong(input.deletes());
      out.writeLong(input.badRows());
    }
    ManifestCover cover = state.cover();
    out.writeBoolean(cover != null);
    if (cover != null) {
      PredecessorSerializer.writeManifest(cover.manifest(), out);
      out.writeInt(cover.others().size());
      for (int shard : cover.others()) {
        out.writeInt(shard);
      }
    }
    return out.getCopyOfBuffer();
  }

  private static void writeFiles(Map<Sha256, Long> files, DataOutputSerializer out)
      throws IOException {
    List<Map.Entry<Sha256, Long>> sorted =
        files.entrySet().stream().sorted(Comparator.comparing(f -> f.getKey().hex())).toList();
    out.writeInt(sorted.size());
    for (Map.Entry<Sha256, Long> file : sorted) {
      out.writeUTF(file.getKey().hex());
      out.writeLong(file.getValue());
    }
  }

  /**
   * The state that {@code serialized} holds.
   *
   * @throws DataDamagedException if it holds none, or is of a later version
   */
  @Override
  public AssemblerState deserialize(int version, byte[] serialized) {
    return switch (version) {
      case 1 -> BinaryFields.read(WHAT, serialized, AssemblerStateSerializer::readVersion1);
      case 2 -> BinaryFields.read(WHAT, serialized, AssemblerStateSerializer::readVersion2);
      case VERSION -> BinaryFields.read(WHAT, serialized, AssemblerStateSerializer::readVersion3);
      default -> throw BinaryFields.unknownVersion(WHAT, VERSION, version);
    };
  }

  private static AssemblerState readVersion3(BinaryFields fields) throws IOException {
    AssemblerState state = readVersion2(fields);
    return fields.flag("cover")
        ? state.withCover(
            new ManifestCover(
                fields.manifest("cover"),
                Set.copyOf(fields.list("others", BinaryFields::smallInteger))))
        : state;
  }

  private static AssemblerState readVersion2(BinaryFields fields) throws IOException {
    AssemblerState state = readVersion1(fields);
    return fields.flag("input")
        ? state.withInput(new InputCounts(fields.integer(), fields.integer(), fields.integer()))
        : state;
  }

  private static AssemblerState readVersion1(BinaryFields fields) throws IOException {
    return new AssemblerState(
        new AssemblerState.Writer(fields.text(), fields.text(), fields.text()),
        PredecessorSerializer.read(fields),
        fields.integer(),
        fields.integer(),
        new Unpublished(fields.flag("changed"), readNewFiles(fields), fields.integers("counters")),
        null,
        null);
  }

  private static Map<Integer, Map<Sha256, Long>> readNewFiles(BinaryFields fields)
      throws IOException {
    Map<Integer, Map<Sha256, Long>> shards = new TreeMap<>();
    for (Map.Entry<Integer, Map<Sha256, Long>> shard :
        fields.list("newFiles", f -> Map.entry(f.smallInteger(), readFiles(f)))) {
      shards.put(shard.getKey(), shard.getValue());
    }
    return shards;
  }

  private static Map<Sha256, Long> readFiles(BinaryFields fields) throws IOException {
    Map<Sha256, Long> files = new HashMap<>();
    for (Map.Entry<Sha256, Long> file :
        fields.list("files", f -> Map.entry(f.hexDigest("sha256"), f.integer()))) {
      files.put(file.getKey(), file.getValue());
    }
    return files;
  }
}
