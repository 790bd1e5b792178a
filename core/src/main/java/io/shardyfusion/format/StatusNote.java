package io.shardyfusion.format;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When, by whom and why a version got its present status. Each may be unknown; nothing is said of a
 * version that was announced when it joined the history.
 *
 * @param since when, by the clock of the one who did it; cut to the millisecond
 * @param who the operator or the validator that did it, not empty; at most {@link Limits#MAX_WHO}
 *     characters
 * @param reasons why, in the words of who did it; at most {@link Limits#MAX_REASONS}, each not
 *     empty and of at most {@link Limits#MAX_REASON} characters
 */
public record StatusNote(@Nullable Instant since, @Nullable String who, List<String> reasons) {

  /** Says nothing. */
  public static final StatusNote NONE = new StatusNote(null, null, List.of());

  /** Checks the parts, and copies the reasons. */
  public StatusNote {
    since = since == null ? null : Timestamps.millis("since", since);
    if (who != null) {
      Checks.text("who", who, Limits.MAX_WHO);
    }
    reasons = List.copyOf(reasons);
    Checks.size("reasons", "entries", reasons.size(), Limits.MAX_REASONS);
    for (int i = 0; i < reasons.size(); i++) {
      Checks.text("reasons[" + i + "]", reasons.get(i), Limits.MAX_REASON);
    }
  }

  /**
   * The note of a validator. What it says never fails an announcement: a reason that is too long is
   * cut, and of more than there can be the last ones are counted.
   *
   * @param reasons against the version, in any form
   */
  public static StatusNote because(List<String> reasons) {
    List<String> fitting = new ArrayList<>();
    for (String reason : reasons) {
      if (fitting.size() == Limits.MAX_REASONS - 1 && reasons.size() > Limits.MAX_REASONS) {
        fitting.add("and " + (reasons.size() - fitting.size()) + " more");
        break;
      }
      fitting.add(reason.isEmpty() ? "?" : RunRecord.printable(reason, Limits.MAX_REASON));
    }
    return new StatusNote(null, null, fitting);
  }

  /** This note without its reasons. */
  public StatusNote withoutReasons() {
    return reasons.isEmpty() ? this : new StatusNote(since, who, List.of());
  }
}
