package io.shardyfusion.format;

import java.util.Locale;

/** The status of a version: whether it may be served. */
public enum VersionStatus {
  /** It was served, or is, or may be. */
  ANNOUNCED,
  /** It waits: it was published while another version was pinned, or a validator held it. */
  HELD,
  /** An operator rolled it back; it is never served again by itself. */
  QUARANTINED;

  /** The name in the pointer, for example {@code announced}. */
  public String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that {@linkplain #externalName() name}. */
  static VersionStatus of(String externalName) {
    return Checks.named(values(), VersionStatus::externalName, externalName);
  }
}
