package io.shardyfusion.flink;

import io.shardyfusion.format.ShardEntry;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The keyed state of a shard: its manifest entry, which names the descriptor in the store, and so
 * all of its files. Version 1: a version byte, then the entry as in {@link
 * SubtaskReportSerializer}.
 */
final class ShardStateSerializer {

  private static final byte VERSION = 1;

  private ShardStateSerializer() {}

  static byte[] toBytes(ShardEntry entry) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    out.writeByte(VERSION);
    SubtaskReportSerializer.writeEntry(entry, out);
    return out.getCopyOfBuffer();
  }

  static ShardEntry fromBytes(byte[] bytes) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    byte version = in.readByte();
    if (version != VERSION) {
      throw new IOException(
          "expected the state of a shard of version "
              + VERSION
              + ", found version "
              + version
              + "; restore with the version of shardyfusion that wrote it, or a newer one");
    }
    return SubtaskReportSerializer.readEntry(in);
  }
}
