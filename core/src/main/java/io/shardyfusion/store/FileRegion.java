package io.shardyfusion.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Some bytes of a file. Not thread-safe. */
final class FileRegion extends InputStream {

  private final FileChannel channel;
  private final long end;
  private long at;

  /** The {@code length} bytes from {@code start}, or fewer where the file ends before. */
  FileRegion(Path file, long start, long length) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
    at = start;
    end = start + length;
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
  public void close() throws IOException {
    channel.close();
  }
}
