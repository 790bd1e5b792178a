package io.shardyfusion.job.input.rows;

import io.shardyfusion.InvalidRequestException;

/**
 * The order of a row, in one number that is never negative: 23 bits for its file's place in path
 * order, 40 bits for the offset of its first byte in the decompressed file.
 */
public final class RowOrder {

  /** The most files of one input: 8 388 608. */
  public static final int MAX_FILES = 1 << 23;

  /** The largest offset of a row, so the most bytes of one decompressed file: 1 TiB. */
  static final long MAX_OFFSET = (1L << 40) - 1;

  private RowOrder() {}

  /**
   * The order of the row at {@code offset} of the file with that {@code ordinal}.
   *
   * @throws InvalidRequestException if either is out of range
   */
  public static long of(int ordinal, long offset) {
    if (ordinal < 0 || ordinal >= MAX_FILES) {
      throw new InvalidRequestException(
          "the input has more than "
              + MAX_FILES
              + " files; join small files, or load them in several runs");
    }
    if (offset < 0 || offset > MAX_OFFSET) {
      throw new InvalidRequestException(
          "a row begins at byte "
              + offset
              + " of a file, past the limit of 1 TiB; cut the file into several");
    }
    return (long) ordinal << 40 | offset;
  }
}
