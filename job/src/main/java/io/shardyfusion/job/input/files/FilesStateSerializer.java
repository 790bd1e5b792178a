package io.shardyfusion.job.input.files;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.BinaryFields;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.FileSourceSplitSerializer;
import org.apache.flink.connector.file.src.PendingSplitsCheckpoint;
import org.apache.flink.connector.file.src.PendingSplitsCheckpointSerializer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link FilesState}. <b>Durable</b>: later releases read each version. Version 1 is
 * that of Flink's own source of files, which knew paths only; version 2 knows each file.
 *
 * <pre>
 * version 2: int version of the splits, int count, for each: int length, bytes
 *            int count of files, for each: scheme, authority, path (int length, UTF-8; -1: none),
 *            long length, long modification time, boolean whether it is there
 * </pre>
 */
final class FilesStateSerializer implements SimpleVersionedSerializer<FilesState> {

  private static final int VERSION_OF_FLINK = 1;
  private static final int VERSION = 2;
  private static final String WHAT = "the state of the input of files";

  private final FileSourceSplitSerializer splits = FileSourceSplitSerializer.INSTANCE;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(FilesState state) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(1024);
    out.writeInt(splits.getVersion());
    out.writeInt(state.waiting().size());
    for (FileSourceSplit split : state.waiting()) {
      byte[] bytes = splits.serialize(split);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
    out.writeInt(state.known().size());
    for (Map.Entry<Path, KnownFile> file : state.inOrder().values()) {
      URI uri = file.getKey().toUri();
      writeText(out, uri.getScheme());
      writeText(out, uri.getAuthority());
      writeText(out, uri.getPath());
      out.writeLong(file.getValue().length());
      out.writeLong(file.getValue().modificationTime());
      out.writeBoolean(file.getValue().isThere());
    }
    return out.getCopyOfBuffer();
  }

  /**
   * The state that {@code bytes} hold.
   *
   * @throws DataDamagedException if they hold none, or one of a later version
   */
  @Override
  public FilesState deserialize(int version, byte[] bytes) throws IOException {
    return switch (version) {
      case VERSION_OF_FLINK -> ofFlink(bytes);
      case VERSION -> BinaryFields.read(WHAT, bytes, this::readVersion2);
      default ->
          throw new DataDamagedException(
              "the checkpoint has an input of files in version "
                  + version
                  + ", and this software reads 1 and 2: upgrade it");
    };
  }

  private FilesState ofFlink(byte[] bytes) throws IOException {
    PendingSplitsCheckpoint<FileSourceSplit> checkpoint =
        new PendingSplitsCheckpointSerializer<>(splits).deserialize(VERSION_OF_FLINK, bytes);
    Map<Path, KnownFile> known = new HashMap<>();
    for (Path path : checkpoint.getAlreadyProcessedPaths()) {
      known.put(path, new KnownFile(KnownFile.UNKNOWN, 0, true));
    }
    for (FileSourceSplit split : checkpoint.getSplits()) {
      known.put(split.path(), new KnownFile(split.fileSize(), split.fileModificationTime(), true));
    }
    return new FilesState(List.copyOf(checkpoint.getSplits()), known);
  }

  private FilesState readVersion2(BinaryFields fields) throws IOException {
    int splitVersion = fields.smallInteger();
    List<FileSourceSplit> waiting =
        fields.list("the files that wait", f -> readSplit(splitVersion, f));
    Map<Path, KnownFile> known = new HashMap<>();
    for (Map.Entry<Path, KnownFile> file :
        fields.list("the files that are known", f -> Map.entry(readPath(f), readFile(f)))) {
      known.put(file.getKey(), file.getValue());
    }
    return new FilesState(waiting, known);
  }

  private FileSourceSplit readSplit(int version, BinaryFields fields) throws IOException {
    byte[] split = fields.bytes("a file that waits");
    try {
      return splits.deserialize(version, split);
    } catch (IOException | RuntimeException e) {
      throw fields.damaged("a file that waits cannot be read: " + e);
    }
  }

  /** The path as it was written: Flink's constructors of text take a backslash for a slash. */
  private static Path readPath(BinaryFields fields) throws IOException {
    try {
      return new Path(
          new URI(
              readText("a scheme", fields),
              readText("an authority", fields),
              readText("a path", fields),
              null,
              null));
    } catch (URISyntaxException e) {
      throw fields.damaged("one of its paths cannot be used: " + e.getMessage());
    }
  }

  private static KnownFile readFile(BinaryFields fields) throws IOException {
    return new KnownFile(
        fields.integer(), fields.integer(), fields.flag("whether a file is there"));
  }

  private static void writeText(DataOutputSerializer out, @Nullable String text)
      throws IOException {
    if (text == null) {
      out.writeInt(-1);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static @Nullable String readText(String name, BinaryFields fields) throws IOException {
    byte[] bytes = fields.nullableBytes(name);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
