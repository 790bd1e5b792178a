package io.shardyfusion.store;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;

/**
 * The settings for uploads to and downloads from S3.
 *
 * @param thresholdBytes a larger file travels in parts, at least {@code partBytes}
 * @param partBytes the size of a part, {@link #MIN_PART_BYTES} at least; larger where there would
 *     be more than 10 000
 * @param parallelism how many parts of one file travel at once
 */
public record S3Transfers(long thresholdBytes, long partBytes, int parallelism)
    implements Serializable {

  /** The smallest part that S3 takes: 5 MiB. */
  public static final long MIN_PART_BYTES = 5L << 20;

  /** Files of more than 64 MiB in parts of 16 MiB, eight at once. */
  public static final S3Transfers DEFAULT = new S3Transfers(64L << 20, 16L << 20, 8);

  private static final int MAX_PARTS = 10_000;

  /** The most that one request takes: 5 GiB. */
  private static final long MAX_REQUEST_BYTES = 5L << 30;

  private static final int MAX_PARALLELISM = 64;

  /** Checks that S3 takes such parts. */
  public S3Transfers {
    if (partBytes < MIN_PART_BYTES || partBytes > MAX_REQUEST_BYTES) {
      throw new InvalidRequestException(
          "expected parts of 5 MiB to 5 GiB, found " + partBytes + " bytes");
    }
    if (thresholdBytes < partBytes || thresholdBytes > MAX_REQUEST_BYTES) {
      throw new InvalidRequestException(
          "expected a threshold of one part to 5 GiB, found " + thresholdBytes + " bytes");
    }
    if (parallelism < 1 || parallelism > MAX_PARALLELISM) {
      throw new InvalidRequestException(
          "expected 1 to " + MAX_PARALLELISM + " parts at once, found " + parallelism);
    }
  }

  /** The size of the parts of an upload of {@code size} bytes, but for a smaller last one. */
  public long partBytesOf(long size) {
    return Math.max(partBytes, (size + MAX_PARTS - 1) / MAX_PARTS);
  }
}
