package io.shardyfusion.flink;

import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Sha256;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Version 1: manifest's key and digest ({@code writeUTF}), rows, bytes, epoch (8 bytes each), the
 * number of counters (4 bytes), and each counter's name and value, in the order of the names.
 */
final class PublicationSerializer implements SimpleVersionedSerializer<Publication> {

  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(Publication publication) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    out.writeUTF(publication.manifest().object());
    out.writeUTF(publication.manifest().sha256().hex());
    out.writeLong(publication.rows());
    out.writeLong(publication.bytes());
    out.writeLong(publication.epoch());
    out.writeInt(publication.counters().size());
    for (Map.Entry<String, Long> counter : new TreeMap<>(publication.counters()).entrySet()) {
      out.writeUTF(counter.getKey());
      out.writeLong(counter.getValue());
    }
    return out.getCopyOfBuffer();
  }

  @Override
  public Publication deserialize(int version, byte[] serialized) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "expected a committable of version "
              + VERSION
              + ", found version "
              + version
              + "; restore with the version of shardyfusion that wrote it, or a newer one");
    }
    return deserializeV1(new DataInputDeserializer(serialized));
  }

  private static Publication deserializeV1(DataInputDeserializer in) throws IOException {
    ManifestRef manifest = new ManifestRef(in.readUTF(), new Sha256(in.readUTF()));
    long rows = in.readLong();
    long bytes = in.readLong();
    long epoch = in.readLong();
    Map<String, Long> counters = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      counters.put(in.readUTF(), in.readLong());
    }
    return new Publication(manifest, rows, bytes, epoch, counters);
  }
}
