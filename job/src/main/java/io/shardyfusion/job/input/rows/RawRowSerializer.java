package io.shardyfusion.job.input.rows;

import io.shardyfusion.DataDamagedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Moves {@link RawRow}s between tasks, where chaining is switched off. <b>Transient</b>: tasks of
 * one job, and so of one release, send them each other, and no checkpoint holds any. So this form
 * may change with each release. In a chain rows are handed on without a copy: the parser, their
 * only consumer, is done with a row before it takes the next.
 */
final class RawRowSerializer extends TypeSerializerSingleton<RawRow> {

  private static final long serialVersionUID = 1L;

  static final RawRowSerializer INSTANCE = new RawRowSerializer();

  private static final RowOrigin NO_ORIGIN = new RowOrigin.InFile(new Path("/"), 0, List.of());

  private static final int NO_KEY = -1;

  private RawRowSerializer() {}

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public RawRow createInstance() {
    return new RawRow(NO_ORIGIN, 0, 0, new byte[0], 0, 0);
  }

  @Override
  public RawRow copy(RawRow from) {
    return from;
  }

  @Override
  public RawRow copy(RawRow from, RawRow reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(RawRow row, DataOutputView target) throws IOException {
    writeOrigin(row.origin, target);
    target.writeLong(row.order);
    target.writeLong(row.line);
    target.writeInt(row.length());
    target.write(row.data, row.from, row.length());
    target.writeBoolean(row.isTombstone);
    byte[] key = row.recordKey;
    target.writeInt(key == null ? NO_KEY : key.length);
    if (key != null) {
      target.write(key);
    }
  }

  @Override
  public RawRow deserialize(DataInputView source) throws IOException {
    RowOrigin origin = readOrigin(source);
    long order = source.readLong();
    long line = source.readLong();
    byte[] data = new byte[size("its bytes", source.readInt())];
    source.readFully(data);
    RawRow row = new RawRow(origin, order, line, data, 0, data.length);
    row.isTombstone = source.readBoolean();
    int keyLength = source.readInt();
    if (keyLength != NO_KEY) {
      byte[] key = new byte[size("its key", keyLength)];
      source.readFully(key);
      row.recordKey = key;
    }
    return row;
  }

  private static void writeOrigin(RowOrigin origin, DataOutputView target) throws IOException {
    target.writeBoolean(origin instanceof RowOrigin.InTopic);
    if (origin instanceof RowOrigin.InTopic topic) {
      target.writeUTF(topic.topic());
      target.writeInt(topic.partition());
    } else if (origin instanceof RowOrigin.InFile file) {
      target.writeUTF(file.path().toString());
      target.writeLong(file.base());
      target.writeInt(file.header().size());
      for (String column : file.header()) {
        target.writeUTF(column);
      }
    }
  }

  private static RowOrigin readOrigin(DataInputView source) throws IOException {
    if (source.readBoolean()) {
      return new RowOrigin.InTopic(source.readUTF(), source.readInt());
    }
    Path path = new Path(source.readUTF());
    long base = source.readLong();
    int columns = size("the header", source.readInt());
    List<String> header = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      header.add(source.readUTF());
    }
    return new RowOrigin.InFile(path, base, header);
  }

  private static int size(String name, int size) {
    if (size < 0) {
      throw new DataDamagedException(
          "a row of the input is damaged: the size of "
              + name
              + " must be at least 0, found "
              + size);
    }
    return size;
  }

  @Override
  public RawRow deserialize(RawRow reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  @Override
  public TypeSerializerSnapshot<RawRow> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The serializer's configuration: none. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<RawRow> {

    /** For Flink. */
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
