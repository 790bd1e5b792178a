package io.shardyfusion.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/** Some bytes of a file. Not thread-safe. */
public final class FileRegion extends InputStream {

  private static final int BUFFER = 1 << 16;

  private final FileChannel channel;
  private final long end;
  private long at;

  /** The {@code length} bytes from {@code start}, or fewer where the file ends before. */
  public FileRegion(Path file, long start, long length) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
    at = start;
    end = start + length;
  }

  /** The CRC-32 of those bytes. */
  public static CRC32 checksum(Path file, long start, long length) {
    CRC32 checksum = new CRC32();
    byte[] buffer = new byte[BUFFER];
    try (FileRegion region = new FileRegion(file, start, length)) {
      for (int read = region.read(buffer); read >= 0; read = region.read(buffer)) {
        checksum.update(buffer, 0, read);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return checksum;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int most = (int) Math.min(length, end - at);
    int read = most == 0 ? -1 : channel.read(ByteBuffer.wrap(target, offset, most), at);
    at += Math.max(read, 0);
    return read;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
