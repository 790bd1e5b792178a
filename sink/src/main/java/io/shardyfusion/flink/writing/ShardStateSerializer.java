package io.shardyfusion.flink.writing;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.BinaryFields;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.ShardEntry;
import java.io.IOException;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The keyed state of a shard: its manifest entry, which names the descriptor in the store, and so
 * all of its files. <b>Durable</b>: checkpoints and savepoints hold it, and later releases read
 * each version of it.
 *
 * <p>Version 1: a version byte; the id (4 bytes), the rows (8), whether they are exact, the bytes
 * (8), the number of files (4), the smallest and the largest key, each after whether there is one,
 * as hexadecimal {@code writeUTF}, and the digest of the descriptor likewise.
 */
public final class ShardStateSerializer {

  private static final byte VERSION = 1;
  private static final String WHAT = "the state of a shard";

  private ShardStateSerializer() {}

  public static byte[] toBytes(ShardEntry entry) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    out.writeByte(VERSION);
    out.writeInt(entry.shard());
    out.writeLong(entry.rows());
    out.writeBoolean(entry.rowsExact());
    out.writeLong(entry.bytes());
    out.writeInt(entry.files());
    writeBound(entry.minKey(), out);
    writeBound(entry.maxKey(), out);
    out.writeUTF(entry.descriptor().hex());
    return out.getCopyOfBuffer();
  }

  /**
   * The entry that {@code bytes} hold.
   *
   * @throws DataDamagedException if they do not, or are of a later version
   */
  public static ShardEntry fromBytes(byte[] bytes) {
    return BinaryFields.read(
        WHAT,
        bytes,
        fields -> {
          byte version = fields.octet();
          if (version != VERSION) {
            throw BinaryFields.unknownVersion(WHAT, VERSION, version);
          }
          return readVersion1(fields);
        });
  }

  private static ShardEntry readVersion1(BinaryFields fields) throws IOException {
    return ShardEntry.builder()
        .shard(fields.smallInteger())
        .rows(fields.integer())
        .rowsExact(fields.flag("rows_exact"))
        .bytes(fields.integer())
        .files(fields.smallInteger())
        .minKey(fields.nullableHex("min_key"))
        .maxKey(fields.nullableHex("max_key"))
        .descriptor(fields.hexDigest("descriptor"))
        .build();
  }

  private static void writeBound(@Nullable HexBytes bound, DataOutputSerializer out)
      throws IOException {
    out.writeBoolean(bound != null);
    if (bound != null) {
      out.writeUTF(bound.hex());
    }
  }
}
