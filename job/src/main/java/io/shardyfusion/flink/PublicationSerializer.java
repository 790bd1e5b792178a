package io.shardyfusion.flink;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.BinaryFields;
import io.shardyfusion.format.ManifestRef;
import java.io.IOException;
import java.util.Map;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The sink's committables. <b>Durable</b>: checkpoints and savepoints hold them, and later releases
 * read each version of them.
 *
 * <p>Version 1: the fields in their order. Texts as {@code writeUTF}; manifest and predecessor as
 * in {@link PredecessorSerializer}; the counters as their number (4 bytes) and each one's name and
 * value, in the order of the names.
 *
 * <p>Version 2: in the end whether the number of rows is exact. In version 1 it was of a backfill,
 * whose epoch is 0.
 */
final class PublicationSerializer implements SimpleVersionedSerializer<Publication> {

  private static final int VERSION = 2;
  private static final String WHAT = "a committable";

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(Publication publication) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    PredecessorSerializer.writeManifest(publication.manifest(), out);
    out.writeUTF(publication.runId());
    out.writeUTF(publication.lineage());
    out.writeLong(publication.epoch());
    PredecessorSerializer.write(publication.predecessor(), out);
    out.writeLong(publication.rows());
    out.writeLong(publication.bytes());
    out.writeLong(publication.assembledAt());
    out.writeBoolean(publication.isLast());
    out.writeInt(publication.counters().size());
    for (Map.Entry<String, Long> counter : publication.counters().entrySet()) {
      out.writeUTF(counter.getKey());
      out.writeLong(counter.getValue());
    }
    out.writeBoolean(publication.rowsExact());
    return out.getCopyOfBuffer();
  }

  /**
   * The committable that {@code serialized} holds.
   *
   * @throws DataDamagedException if it holds none, or is of a later version
   */
  @Override
  public Publication deserialize(int version, byte[] serialized) {
    return switch (version) {
      case 1 -> BinaryFields.read(WHAT, serialized, PublicationSerializer::readVersion1);
      case VERSION -> BinaryFields.read(WHAT, serialized, PublicationSerializer::readVersion2);
      default -> throw BinaryFields.unknownVersion(WHAT, VERSION, version);
    };
  }

  private static Publication readVersion2(BinaryFields fields) throws IOException {
    Publication publication = readVersion1(fields);
    return publication.withRowsExact(fields.flag("rowsExact"));
  }

  private static Publication readVersion1(BinaryFields fields) throws IOException {
    ManifestRef manifest = fields.manifest("manifest");
    String runId = fields.text();
    String lineage = fields.text();
    long epoch = fields.integer();
    return new Publication(
        manifest,
        runId,
        lineage,
        epoch,
        PredecessorSerializer.read(fields),
        fields.integer(),
        epoch == 0,
        fields.integer(),
        fields.integer(),
        fields.flag("isLast"),
        fields.integers("counters"));
  }
}
