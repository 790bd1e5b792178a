package io.shardyfusion.format;

import java.util.Locale;

/**
 * What the values of a dataset hold. A hint for people and tools; the format treats values as
 * bytes.
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
