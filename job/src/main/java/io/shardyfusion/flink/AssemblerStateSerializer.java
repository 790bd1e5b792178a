package io.shardyfusion.flink;

import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.Sha256;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Version 1: the fields in their order, as in {@link PublicationSerializer}; the new files as the
 * number of shards (4 bytes), and for each its id, the number of files, and their digests and sizes
 * in the order of the digests.
 *
 * <p>Version 2: in the end whether the input was counted, and, if it was, its rows, deletes and bad
 * rows.
 */
final class AssemblerStateSerializer implements SimpleVersionedSerializer<AssemblerState> {

  private static final int VERSION = 2;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(AssemblerState state) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    out.writeUTF(state.shape());
    out.writeUTF(state.runId());
    out.writeUTF(state.lineage());
    PublicationSerializer.writePredecessor(state.predecessor(), out);
    out.writeLong(state.publishedAt());
    out.writeLong(state.watermark());
    out.writeBoolean(state.changed());
    out.writeInt(state.newFiles().size());
    for (Map.Entry<Integer, Map<Sha256, Long>> shard : state.newFiles().entrySet()) {
      out.writeInt(shard.getKey());
      out.writeInt(shard.getValue().size());
      List<Map.Entry<Sha256, Long>> files =
          shard.getValue().entrySet().stream()
              .sorted(Comparator.comparing(f -> f.getKey().hex()))
              .toList();
      for (Map.Entry<Sha256, Long> file : files) {
        out.writeUTF(file.getKey().hex());
        out.writeLong(file.getValue());
      }
    }
    PublicationSerializer.writeCounters(state.counters(), out);
    InputCounts input = state.input();
    out.writeBoolean(input != null);
    if (input != null) {
      out.writeLong(input.rowsRead());
      out.writeLong(input.deletes());
      out.writeLong(input.badRows());
    }
    return out.getCopyOfBuffer();
  }

  @Override
  public AssemblerState deserialize(int version, byte[] serialized) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(serialized);
    return switch (version) {
      case 1 -> deserializeV1(in);
      case VERSION -> deserializeV2(in);
      default ->
          throw new IOException(
              "expected the state of a sink of version 1 to "
                  + VERSION
                  + ", found version "
                  + version
                  + "; restore with the version of shardyfusion that wrote it, or a newer one");
    };
  }

  private static AssemblerState deserializeV2(DataInputDeserializer in) throws IOException {
    AssemblerState state = deserializeV1(in);
    return in.readBoolean()
        ? state.withInput(new InputCounts(in.readLong(), in.readLong(), in.readLong()))
        : state;
  }

  private static AssemblerState deserializeV1(DataInputDeserializer in) throws IOException {
    return new AssemblerState(
        in.readUTF(),
        in.readUTF(),
        in.readUTF(),
        PublicationSerializer.readPredecessor(in),
        in.readLong(),
        in.readLong(),
        in.readBoolean(),
        readNewFiles(in),
        PublicationSerializer.readCounters(in),
        null);
  }

  private static Map<Integer, Map<Sha256, Long>> readNewFiles(DataInputDeserializer in)
      throws IOException {
    Map<Integer, Map<Sha256, Long>> shards = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      int shard = in.readInt();
      Map<Sha256, Long> files = new HashMap<>();
      for (int more = in.readInt(); more > 0; more--) {
        files.put(new Sha256(in.readUTF()), in.readLong());
      }
      shards.put(shard, files);
    }
    return shards;
  }
}
