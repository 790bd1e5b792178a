package io.shardyfusion.job.input.files;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.job.input.rows.ShownPath;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/** Kinds of files that are no text in UTF-8, by the bytes with which they begin. */
enum FileKind {
  GZIP("1F8B", ".gz"),
  ZSTANDARD("28B52FFD", ".zst"),
  BZIP2("425A68", ".bz2"),
  XZ("FD377A585A00", null),
  ZIP("504B0304", null),
  LZ4("04224D18", null),
  UTF_16_LITTLE_ENDIAN("FFFE", null),
  UTF_16_BIG_ENDIAN("FEFF", null);

  /** After BZh and the size of blocks; the three letters alone may be text. */
  private static final String BZIP2_BLOCK = "314159265359";

  private final String beginning;
  private final @Nullable String ending;

  FileKind(String beginning, @Nullable String ending) {
    this.beginning = beginning;
    this.ending = ending;
  }

  /**
   * Checks the beginning of what should be text.
   *
   * @throws DataDamagedException if it is something else; the message says what, and what to do
   */
  static void requireText(Path path, byte[] data, int length) {
    for (FileKind kind : values()) {
      if (kind.isOf(data, length)) {
        throw new DataDamagedException(
            "the input file " + ShownPath.of(path) + " " + kind.problem(path));
      }
    }
  }

  private boolean isOf(byte[] data, int length) {
    return startsWith(data, 0, length, beginning)
        && (this != BZIP2 || startsWith(data, 4, length, BZIP2_BLOCK));
  }

  private String problem(Path path) {
    String name = name().toLowerCase(Locale.ROOT);
    if (this == UTF_16_LITTLE_ENDIAN || this == UTF_16_BIG_ENDIAN) {
      return "is text in UTF-16 or UTF-32, and expected is UTF-8; convert it";
    }
    if (Compression.of(path) != Compression.NONE) {
      return "is " + name + " data still when it is decompressed; decompress it once";
    }
    return "is "
        + name
        + " data, which its name does not say; "
        + (ending == null ? "decompress it" : "rename it so that it ends in " + ending);
  }

  private static boolean startsWith(byte[] data, int from, int length, String hex) {
    byte[] beginning = HexFormat.of().parseHex(hex);
    if (length - from < beginning.length) {
      return false;
    }
    for (int i = 0; i < beginning.length; i++) {
      if (data[from + i] != beginning[i]) {
        return false;
      }
    }
    return true;
  }
}
