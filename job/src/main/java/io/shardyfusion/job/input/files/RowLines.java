package io.shardyfusion.job.input.files;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.job.input.rows.ByteSearch;
import io.shardyfusion.job.input.rows.RowOrigin;
import io.shardyfusion.job.input.rows.ShownPath;
import java.io.IOException;
import org.apache.flink.core.fs.Path;

/**
 * Tells where a row is, as {@code file:line}. Readers of a part of a file do not know how many
 * lines are before it; they are counted here, once for a reader, only when a row is bad. Not
 * thread-safe.
 */
public final class RowLines {

  private static final int BUFFER_BYTES = 256 * 1024;

  private final Path path;
  private final long base;
  private long linesBefore = -1;

  public RowLines(RowOrigin.InFile origin) {
    this(origin.path(), origin.base());
  }

  public RowLines(Path path, long base) {
    this.path = path;
    this.base = base;
  }

  /** Returns whether this counts for rows of {@code origin}. */
  public boolean isOf(RowOrigin.InFile origin) {
    return base == origin.base() && path.equals(origin.path());
  }

  /**
   * The number, beginning with 1, of the line that is {@code line} lines after the base; 0 if it
   * cannot be counted.
   */
  public long number(long line) {
    if (linesBefore < 0) {
      try {
        linesBefore = count();
      } catch (ShardyfusionException | IOException e) {
        // The row's own error is what matters.
        return 0;
      }
    }
    return linesBefore + line + 1;
  }

  /** The place as messages show it. */
  public String place(long line) {
    long number = number(line);
    return ShownPath.of(path) + (number == 0 ? "" : ":" + number);
  }

  private long count() throws IOException {
    if (base == 0) {
      return 0;
    }
    long lines = 0;
    byte[] buffer = new byte[BUFFER_BYTES];
    try (DecodedFile file = DecodedFile.open(path)) {
      while (file.position() < base) {
        int n = file.readFully(buffer, 0, (int) Math.min(buffer.length, base - file.position()));
        if (n == 0) {
          break;
        }
        lines += ByteSearch.count(buffer, 0, n, (byte) '\n');
      }
    }
    return lines;
  }
}
