package io.shardyfusion.format;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An operator's order to keep serving one version, whatever is published.
 *
 * @param version the pinned version
 * @param pinnedAt when, by the operator's clock
 * @param reason why, in the operator's words, or null
 */
public record Pin(long version, Instant pinnedAt, @Nullable String reason) {

  /** Checks the version. */
  public Pin {
    Checks.atLeast("pin.version", version, 1);
  }
}
