package io.shardyfusion.flink.publishing;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.BinaryFields;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.DescriptorRef;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Predecessor;
import java.io.IOException;
import java.time.Instant;
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
 *
 * <p>Version 3: first a byte for the kind. 0: a publication, as version 2 has it. 1: a note of a
 * checkpoint: its id (8 bytes), when it was taken (8, milliseconds since the epoch), whether there
 * is a manifest, and it, the number of descriptors (4), and each one's shard (4) and digest (32).
 */
public final class CommittableSerializer implements SimpleVersionedSerializer<Committable> {

  private static final int VERSION = 3;
  private static final byte PUBLICATION = 0;
  private static final byte NOTE = 1;
  private static final String WHAT = "a committable";

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(Committable committable) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    if (committable instanceof Publication publication) {
      out.writeByte(PUBLICATION);
      write(publication, out);
    } else if (committable instanceof CheckpointNote note) {
      out.writeByte(NOTE);
      write(note.needs(), out);
    }
    return out.getCopyOfBuffer();
  }

  private static void write(Publication publication, DataOutputSerializer out) throws IOException {
    Announcement announcement = publication.announcement();
    PredecessorSerializer.writeManifest(announcement.manifest(), out);
    out.writeUTF(announcement.runId());
    out.writeUTF(announcement.lineage());
    out.writeLong(announcement.epoch());
    PredecessorSerializer.write(announcement.predecessor(), out);
    out.writeLong(announcement.size().rows());
    out.writeLong(announcement.size().bytes());
    out.writeLong(publication.assembledAt().toEpochMilli());
    out.writeBoolean(publication.isLast());
    out.writeInt(publication.counters().size());
    for (Map.Entry<String, Long> counter : publication.counters().entrySet()) {
      out.writeUTF(counter.getKey());
      out.writeLong(counter.getValue());
    }
    out.writeBoolean(announcement.size().rowsExact());
  }

  private static void write(CheckpointNeeds needs, DataOutputSerializer out) throws IOException {
    out.writeLong(needs.checkpointId());
    out.writeLong(needs.takenAt().toEpochMilli());
    ManifestRef manifest = needs.manifest();
    out.writeBoolean(manifest != null);
    if (manifest != null) {
      PredecessorSerializer.writeManifest(manifest, out);
    }
    out.writeInt(needs.descriptors().size());
    for (DescriptorRef descriptor : needs.descriptors()) {
      out.writeInt(descriptor.shard());
      out.write(descriptor.sha256().toBytes());
    }
  }

  /**
   * The committable that {@code serialized} holds.
   *
   * @throws DataDamagedException if it holds none, or is of a later version
   */
  @Override
  public Committable deserialize(int version, byte[] serialized) {
    return switch (version) {
      case 1 -> BinaryFields.read(WHAT, serialized, CommittableSerializer::readVersion1);
      case 2 -> BinaryFields.read(WHAT, serialized, CommittableSerializer::readVersion2);
      case VERSION -> BinaryFields.read(WHAT, serialized, CommittableSerializer::readVersion3);
      default -> throw BinaryFields.unknownVersion(WHAT, VERSION, version);
    };
  }

  private static Committable readVersion3(BinaryFields fields) throws IOException {
    byte kind = fields.octet();
    return switch (kind) {
      case PUBLICATION -> readVersion2(fields);
      case NOTE -> readNote(fields);
      default -> throw fields.damaged("expected a kind of 0 or 1, found " + kind);
    };
  }

  private static CheckpointNote readNote(BinaryFields fields) throws IOException {
    return new CheckpointNote(
        new CheckpointNeeds(
            fields.integer(),
            Instant.ofEpochMilli(fields.integer()),
            fields.flag("manifest") ? fields.manifest("manifest") : null,
            fields.list("descriptors", CommittableSerializer::readDescriptor)));
  }

  private static DescriptorRef readDescriptor(BinaryFields fields) throws IOException {
    return new DescriptorRef(fields.smallInteger(), fields.digest("descriptor"));
  }

  private static Publication readVersion2(BinaryFields fields) throws IOException {
    return readPublication(fields, epoch -> fields.flag("rowsExact"));
  }

  private static Publication readVersion1(BinaryFields fields) throws IOException {
    return readPublication(fields, epoch -> epoch == 0);
  }

  /** Tells whether the number of rows is exact, once the fields of version 1 have been read. */
  private interface RowsExact {
    boolean of(long epoch) throws IOException;
  }

  private static Publication readPublication(BinaryFields fields, RowsExact rowsExact)
      throws IOException {
    ManifestRef manifest = fields.manifest("manifest");
    String runId = fields.text();
    String lineage = fields.text();
    long epoch = fields.integer();
    Predecessor predecessor = PredecessorSerializer.read(fields);
    long rows = fields.integer();
    long bytes = fields.integer();
    Instant assembledAt = Instant.ofEpochMilli(fields.integer());
    boolean isLast = fields.flag("isLast");
    Map<String, Long> counters = fields.integers("counters");
    Announcement.Size size = new Announcement.Size(rows, rowsExact.of(epoch), bytes);
    return new Publication(
        new Announcement(manifest, runId, size, lineage, epoch, predecessor),
        assembledAt,
        isLast,
        counters);
  }
}
