package io.shardyfusion.format;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An operator's order to keep serving one version, whatever is published.
 *
 * @param version the pinned version
 * @param pinnedAt when, by the operator's clock; cut to the millisecond
 * @param reason why, in the operator's words, or null; at most {@link Limits#MAX_REASON} characters
 * @param who the operator, or null; at most {@link Limits#MAX_WHO} characters
 */
public record Pin(long version, Instant pinnedAt, @Nullable String reason, @Nullable String who) {

  /** Checks the parts. */
  public Pin {
    Checks.atLeast("version", version, 1);
    pinnedAt = Timestamps.millis("pinned_at", pinnedAt);
    if (reason != null) {
      Checks.possiblyEmptyText("reason", reason, Limits.MAX_REASON);
    }
    if (who != null) {
      Checks.text("who", who, Limits.MAX_WHO);
    }
  }

  /** A pin that does not say who made it. */
  public Pin(long version, Instant pinnedAt, @Nullable String reason) {
    this(version, pinnedAt, reason, null);
  }
}
