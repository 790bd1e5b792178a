package io.shardyfusion.format;

import java.util.Locale;

/** The kind of a run: it publishes once, or goes on publishing. */
public enum RunMode {
  /** A bounded backfill. */
  BATCH,
  /** A continuous job. */
  STREAMING;

  /** The name in manifests and run records, for example {@code batch}. */
  public String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that {@linkplain #externalName() name}. */
  static RunMode of(String externalName) {
    for (RunMode mode : values()) {
      if (mode.externalName().equals(externalName)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "mode must be batch or streaming, found " + Checks.shown(externalName));
  }
}
