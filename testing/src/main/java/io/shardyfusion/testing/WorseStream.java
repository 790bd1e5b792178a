package io.shardyfusion.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The way of an answer's body to a client of a {@link FaultProxy}, where it is cut or slow. */
abstract class WorseStream extends FilterOutputStream {

  private WorseStream(OutputStream out) {
    super(out);
  }

  /** {@code out} as a fault wants it; as it is for those that leave bodies alone. */
  static OutputStream of(@Nullable Fault fault, OutputStream out) {
    if (fault instanceof Fault.CutBody cut) {
      return new Cut(out, cut.bytes());
    }
    return fault instanceof Fault.Trickle trickle ? new Slow(out, trickle) : out;
  }

  @Override
  public abstract void write(byte[] bytes, int offset, int length) throws IOException;

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  private static final class Cut extends WorseStream {
    private long left;

    Cut(OutputStream out, long bytes) {
      super(out);
      this.left = bytes;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int passed = (int) Math.min(left, length);
      out.write(bytes, offset, passed);
      left -= passed;
      if (passed < length) {
        out.flush();
        throw new IOException("cut, as the test wants it");
      }
    }
  }

  private static final class Slow extends WorseStream {
    private final Fault.Trickle how;

    Slow(OutputStream out, Fault.Trickle how) {
      super(out);
      this.how = how;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      for (int at = 0; at < length; at += how.bytes()) {
        out.write(bytes, offset + at, Math.min(how.bytes(), length - at));
        out.flush();
        LockSupport.parkNanos(how.pause().toNanos());
        if (Thread.currentThread().isInterrupted()) {
          throw new IOException("the proxy is closed");
        }
      }
    }
  }
}
