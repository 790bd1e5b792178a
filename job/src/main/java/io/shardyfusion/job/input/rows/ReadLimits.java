package io.shardyfusion.job.input.rows;

import java.io.Serializable;

/**
 * Limits of what is read at once.
 *
 * @param bufferBytes the size of a batch of rows, at least 16
 * @param maxRowBytes the longest row
 */
public record ReadLimits(int bufferBytes, int maxRowBytes) implements Serializable {

  private static final long serialVersionUID = 1L;

  public static final ReadLimits DEFAULT = new ReadLimits(256 * 1024, 64 * 1024 * 1024);

  public ReadLimits {
    if (bufferBytes < 16 || maxRowBytes < 1 || maxRowBytes > Integer.MAX_VALUE / 4) {
      throw new IllegalArgumentException(
          "bufferBytes " + bufferBytes + ", maxRowBytes " + maxRowBytes);
    }
  }
}
