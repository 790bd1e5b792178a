package io.shardyfusion.format;

import java.util.Locale;

/**
 * The format of a dataset's values. It is a hint for people and tools; shardyfusion treats values
 * as bytes.
 */
public enum ValueFormat {
  /** Bytes of no stated form. */
  BYTES,
  /** UTF-8 text. */
  TEXT,
  /** A JSON document. */
  JSON;

  /** The name in manifests, for example {@code json}. */
  public String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that {@linkplain #externalName() name}. */
  static ValueFormat of(String externalName) {
    return Checks.named(values(), ValueFormat::externalName, externalName);
  }
}
