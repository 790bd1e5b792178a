package io.shardyfusion.format;

import io.shardyfusion.InvalidRequestException;
import java.util.Locale;

/** The layout of table files: how a dataset trades size for speed. */
public enum TableProfile {
  /** LZ4 blocks. */
  BALANCED,
  /** Uncompressed blocks with a hash index: larger, the fastest to read. */
  LATENCY,
  /** ZSTD blocks: the smallest. */
  COMPACT;

  /** The name in options and manifests, for example {@code balanced}. */
  public String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The profile of that {@linkplain #externalName() name}.
   *
   * @throws InvalidRequestException if there is none
   */
  public static TableProfile of(String externalName) {
    for (TableProfile profile : values()) {
      if (profile.externalName().equals(externalName)) {
        return profile;
      }
    }
    throw new InvalidRequestException(
        "unknown table profile '" + externalName + "'; expected one of balanced, latency, compact");
  }
}
