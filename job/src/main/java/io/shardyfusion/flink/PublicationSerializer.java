package io.shardyfusion.flink;

import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.pointer.Predecessor;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Version 1: the fields in their order. Texts as {@code writeUTF}; a manifest as its key and
 * digest; the predecessor as a byte (0: none, 1: a version, followed by its manifest, 2: any); the
 * counters as their number (4 bytes) and each one's name and value, in the order of the names.
 *
 * <p>Version 2: in the end whether the number of rows is exact. In version 1 it was of a backfill,
 * whose epoch is 0.
 */
final class PublicationSerializer implements SimpleVersionedSerializer<Publication> {

  private static final int VERSION = 2;

  private static final byte NONE = 0;
  private static final byte AFTER_VERSION = 1;
  private static final byte ANY = 2;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(Publication publication) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    writeManifest(publication.manifest(), out);
    out.writeUTF(publication.runId());
    out.writeUTF(publication.lineage());
    out.writeLong(publication.epoch());
    writePredecessor(publication.predecessor(), out);
    out.writeLong(publication.rows());
    out.writeLong(publication.bytes());
    out.writeLong(publication.assembledAt());
    out.writeBoolean(publication.isLast());
    writeCounters(publication.counters(), out);
    out.writeBoolean(publication.rowsExact());
    return out.getCopyOfBuffer();
  }

  @Override
  public Publication deserialize(int version, byte[] serialized) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(serialized);
    return switch (version) {
      case 1 -> deserializeV1(in);
      case VERSION -> deserializeV2(in);
      default ->
          throw new IOException(
              "expected a committable of version 1 to "
                  + VERSION
                  + ", found version "
                  + version
                  + "; restore with the version of shardyfusion that wrote it, or a newer one");
    };
  }

  private static Publication deserializeV2(DataInputDeserializer in) throws IOException {
    Publication publication = deserializeV1(in);
    return publication.withRowsExact(in.readBoolean());
  }

  private static Publication deserializeV1(DataInputDeserializer in) throws IOException {
    ManifestRef manifest = readManifest(in);
    String runId = in.readUTF();
    String lineage = in.readUTF();
    long epoch = in.readLong();
    return new Publication(
        manifest,
        runId,
        lineage,
        epoch,
        readPredecessor(in),
        in.readLong(),
        epoch == 0,
        in.readLong(),
        in.readLong(),
        in.readBoolean(),
        readCounters(in));
  }

  static void writePredecessor(Predecessor predecessor, DataOutputView out) throws IOException {
    if (predecessor instanceof Predecessor.Version version) {
      out.writeByte(AFTER_VERSION);
      writeManifest(version.manifest(), out);
    } else {
      out.writeByte(predecessor instanceof Predecessor.Any ? ANY : NONE);
    }
  }

  static Predecessor readPredecessor(DataInputView in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case NONE -> new Predecessor.None();
      case AFTER_VERSION -> new Predecessor.Version(readManifest(in));
      case ANY -> new Predecessor.Any();
      default -> throw new IOException("expected a predecessor of kind 0 to 2, found " + kind);
    };
  }

  static void writeCounters(Map<String, Long> counters, DataOutputView out) throws IOException {
    out.writeInt(counters.size());
    for (Map.Entry<String, Long> counter : new TreeMap<>(counters).entrySet()) {
      out.writeUTF(counter.getKey());
      out.writeLong(counter.getValue());
    }
  }

  static Map<String, Long> readCounters(DataInputView in) throws IOException {
    Map<String, Long> counters = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      counters.put(in.readUTF(), in.readLong());
    }
    return counters;
  }

  private static void writeManifest(ManifestRef manifest, DataOutputView out) throws IOException {
    out.writeUTF(manifest.object());
    out.writeUTF(manifest.sha256().hex());
  }

  private static ManifestRef readManifest(DataInputView in) throws IOException {
    return new ManifestRef(in.readUTF(), new Sha256(in.readUTF()));
  }
}
