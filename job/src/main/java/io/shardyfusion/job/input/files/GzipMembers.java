package io.shardyfusion.job.input.files;

import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The data of a gzip file of one member or more. Zeros may follow, as tapes and some tools add
 * them; all else that is no whole member is an error, where the JDK takes it for the end.
 */
final class GzipMembers extends InputStream {

  private final InputStream in;
  private InputStream member;

  /**
   * Begins with the first member.
   *
   * @param in which supports marks
   */
  GzipMembers(InputStream in) throws IOException {
    this.in = in;
    this.member = new GzipCompressorInputStream(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      int n = member.read(into, offset, length);
      if (n >= 0) {
        return n;
      }
      if (!nextMember()) {
        return -1;
      }
    }
  }

  private boolean nextMember() throws IOException {
    in.mark(1);
    int next = in.read();
    if (next == 0) {
      while (next == 0) {
        next = in.read();
      }
      if (next >= 0) {
        throw new IOException("bytes follow the zeros after its end");
      }
    }
    if (next < 0) {
      return false;
    }
    in.reset();
    try {
      member = new GzipCompressorInputStream(in);
    } catch (IOException e) {
      throw new IOException("what follows its end is no gzip data", e);
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
