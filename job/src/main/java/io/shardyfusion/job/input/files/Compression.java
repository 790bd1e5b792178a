package io.shardyfusion.job.input.files;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.util.Native;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.input.rows.ShownPath;
import io.shardyfusion.machine.NativeLibrary;
import io.shardyfusion.machine.NativeLibrary.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.flink.core.fs.Path;

/**
 * Compression of a file, by the ending of its name.
 *
 * <p>Flink's own choice by file name knows no zstd, and reads only the first part of a bzip2 file
 * that was written in parts; so each is opened here, and files of several parts are read to their
 * end.
 */
enum Compression {
  NONE {
    @Override
    InputStream decompress(InputStream in) {
      return in;
    }
  },
  GZIP {
    @Override
    InputStream decompress(InputStream in) throws IOException {
      return new GzipMembers(in);
    }
  },
  ZSTD {
    @Override
    InputStream decompress(InputStream in) throws IOException {
      ZSTD_LIBRARY.load();
      return new ZstdInputStream(in);
    }
  },
  BZIP2 {
    @Override
    InputStream decompress(InputStream in) throws IOException {
      return new BZip2CompressorInputStream(in, true);
    }
  };

  private static final NativeLibrary ZSTD_LIBRARY =
      new NativeLibrary(
          "zstd-jni",
          new Setting("the system property ZstdTempFolder", System.getProperty("ZstdTempFolder")),
          directory -> Native.load(directory.toFile()));

  private static final Map<String, Compression> BY_SUFFIX =
      Map.of("gz", GZIP, "gzip", GZIP, "zst", ZSTD, "bz2", BZIP2);

  private static final Set<String> NOT_SUPPORTED =
      Set.of(
          "7z", "br", "deflate", "lz4", "lzo", "rar", "snappy", "sz", "tar", "tgz", "xz", "z",
          "zip");

  /**
   * The compression of a file.
   *
   * @throws InvalidRequestException if the name says one that is not supported
   */
  static Compression of(Path path) {
    String name = path.getName();
    String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (NOT_SUPPORTED.contains(suffix)) {
      throw new InvalidRequestException(
          "the input file '"
              + ShownPath.of(path)
              + "' is compressed in a way that is not supported; expected .gz, .zst or .bz2, or no compression");
    }
    return BY_SUFFIX.getOrDefault(suffix, NONE);
  }

  /**
   * The decompressed bytes of {@code in}, which should be buffered and support marks.
   *
   * @throws io.shardyfusion.StorageException if a library that it needs cannot be loaded
   */
  abstract InputStream decompress(InputStream in) throws IOException;
}
