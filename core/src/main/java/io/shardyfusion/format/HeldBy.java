package io.shardyfusion.format;

import java.util.Locale;

/** The reason for which a version is held. Where both apply it is the validator. */
public enum HeldBy {
  /** It was published while another version was pinned; an unpin releases it. */
  PIN,
  /** A validator refused it; only an operator who announces it releases it. */
  VALIDATOR;

  /** The name in the pointer, for example {@code validator}. */
  public String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that {@linkplain #externalName() name}. */
  static HeldBy of(String externalName) {
    return Checks.named(values(), HeldBy::externalName, externalName);
  }
}
