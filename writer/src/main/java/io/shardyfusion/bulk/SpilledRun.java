package io.shardyfusion.bulk;

import io.shardyfusion.DataDamagedException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Sorted rows in a local file: for each, its shard (4 bytes) and the row as {@link RowPages} stores
 * it.
 */
final class SpilledRun {

  private static final int BUFFER_BYTES = 1 << 18;
  private static final int FRAME_BYTES = Integer.BYTES + RowPages.HEADER_BYTES;

  private final Path file;

  private SpilledRun(Path file) {
    this.file = file;
  }

  /**
   * Writes rows into a new file.
   *
   * @throws IOException if it could not be written, for example on a full disk; then the file is
   *     gone
   */
  static SpilledRun write(Path file, SortedRows rows) throws IOException {
    boolean written = false;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
      while (rows.next()) {
        ByteBuffer row = rows.row().row();
        if (buffer.remaining() < Integer.BYTES + row.remaining()) {
          drain(buffer, channel);
        }
        buffer.putInt(rows.shard());
        if (row.remaining() <= buffer.remaining()) {
          buffer.put(row);
        } else {
          drain(buffer, channel);
          writeFully(channel, row);
        }
      }
      drain(buffer, channel);
      written = true;
    } finally {
      if (!written) {
        Files.deleteIfExists(file);
      }
    }
    return new SpilledRun(file);
  }

  /** The rows, from the first. The caller closes the cursor. */
  SortedRows read() throws IOException {
    return new Cursor(FileChannel.open(file, StandardOpenOption.READ));
  }

  /** Deletes the file. */
  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  private static void drain(ByteBuffer buffer, FileChannel channel) throws IOException {
    buffer.flip();
    writeFully(channel, buffer);
    buffer.clear();
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private final class Cursor implements SortedRows {

    private final FileChannel channel;
    private final RowView row = new RowView();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private int shard;
    private long prefix;

    private Cursor(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public boolean next() throws IOException {
      if (!fill(FRAME_BYTES)) {
        return false;
      }
      int at = buffer.position();
      int keyBytes = buffer.getInt(at + Integer.BYTES + Long.BYTES);
      int valueBytes = buffer.getInt(at + Integer.BYTES + Long.BYTES + Integer.BYTES);
      checkSizes(keyBytes, valueBytes);
      int frame = FRAME_BYTES + keyBytes + Math.max(valueBytes, 0);
      if (!fill(frame)) {
        throw truncated();
      }
      at = buffer.position();
      shard = buffer.getInt(at);
      row.pointTo(buffer, at + Integer.BYTES, keyBytes, valueBytes);
      prefix = KeyPrefix.of(row.key());
      buffer.position(at + frame);
      return true;
    }

    @Override
    public int shard() {
      return shard;
    }

    @Override
    public long prefix() {
      return prefix;
    }

    @Override
    public RowView row() {
      return row;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }

    /**
     * Makes {@code size} bytes available at the buffer's position; false if the file ends right
     * there.
     */
    private boolean fill(int size) throws IOException {
      if (buffer.remaining() >= size) {
        return true;
      }
      if (buffer.capacity() < size) {
        buffer = ByteBuffer.allocateDirect(2 * size).put(buffer);
      } else {
        buffer.compact();
      }
      int read = 0;
      while (read >= 0 && buffer.position() < size) {
        read = channel.read(buffer);
      }
      buffer.flip();
      if (buffer.hasRemaining() && buffer.remaining() < size) {
        throw truncated();
      }
      return buffer.hasRemaining();
    }

    private void checkSizes(int keyBytes, int valueBytes) {
      if (keyBytes < 0 || valueBytes < RowPages.DELETE) {
        throw new DataDamagedException(
            "the spill file "
                + file
                + " is damaged: expected a key of at least 0 bytes, and a value of at least 0, or -1 for a delete, found "
                + keyBytes
                + " and "
                + valueBytes
                + "; run again");
      }
    }

    private EOFException truncated() {
      return new EOFException("the spill file " + file + " ends in the middle of a row");
    }
  }
}
