package io.shardyfusion.flink.publishing;

import io.shardyfusion.format.BinaryFields;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.pointer.Predecessor;
import java.io.IOException;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The part that the durable forms of the sink have in common: a predecessor as a byte (0: none, 1:
 * a version, followed by its manifest, 2: any), and a manifest as its key and digest, each as
 * {@code writeUTF}. Fixed: another form is a new version of {@link CommittableSerializer} and of
 * {@link AssemblerStateSerializer}.
 */
final class PredecessorSerializer {

  private static final byte NONE = 0;
  private static final byte AFTER_VERSION = 1;
  private static final byte ANY = 2;

  private PredecessorSerializer() {}

  static void write(Predecessor predecessor, DataOutputSerializer out) throws IOException {
    if (predecessor instanceof Predecessor.Version version) {
      out.writeByte(AFTER_VERSION);
      writeManifest(version.manifest(), out);
    } else {
      out.writeByte(predecessor instanceof Predecessor.Any ? ANY : NONE);
    }
  }

  static Predecessor read(BinaryFields fields) throws IOException {
    byte kind = fields.octet();
    return switch (kind) {
      case NONE -> new Predecessor.None();
      case AFTER_VERSION -> new Predecessor.Version(fields.manifest("predecessor"));
      case ANY -> new Predecessor.Any();
      default -> throw fields.damaged("expected a predecessor of kind 0 to 2, found " + kind);
    };
  }

  static void writeManifest(ManifestRef manifest, DataOutputSerializer out) throws IOException {
    out.writeUTF(manifest.object());
    out.writeUTF(manifest.sha256().hex());
  }
}
