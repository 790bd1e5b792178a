package io.shardyfusion.shard.rocksdb;

import com.dynatrace.hash4j.hashing.Hashing;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.KeySample;
import io.shardyfusion.format.Limits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Picks evenly spread rows of a stream whose length is not known: every row at first, then, each
 * time the samples do not fit, every second of them, and from then on rows twice as far apart. The
 * same rows always give the same samples, the first row is one of them, and of n rows only about 16
 * + 8 log₂(n / 16) are copied and hashed.
 */
public final class KeySampler {

  private final List<KeySample> samples = new ArrayList<>(Limits.MAX_SAMPLES + 1);
  private long stride = 1;
  private long untilNext;

  /** Takes note of the next row; leaves the buffers' positions as they are. */
  public void offer(ByteBuffer key, ByteBuffer value) {
    if (untilNext > 0) {
      untilNext--;
      return;
    }
    if (samples.size() == Limits.MAX_SAMPLES) {
      // Leaves the even-numbered ones, to which the row at hand, which would be number 16, belongs.
      thinOut();
    }
    untilNext = stride - 1;
    samples.add(new KeySample(HexBytes.of(copy(key)), hash(copy(value))));
  }

  /** The samples so far, in the order of the rows. */
  public List<KeySample> samples() {
    return List.copyOf(samples);
  }

  /** The hash that a sample holds of its value. */
  public static long hash(byte[] value) {
    return Hashing.xxh3_64().hashBytesToLong(value);
  }

  private void thinOut() {
    for (int i = samples.size() - 1; i > 0; i -= 2) {
      samples.remove(i);
    }
    stride *= 2;
  }

  private static byte[] copy(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }
}
