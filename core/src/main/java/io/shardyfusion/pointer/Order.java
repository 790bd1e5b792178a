package io.shardyfusion.pointer;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.StatusNote;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operator's words for a change of the pointer, which records them.
 *
 * @param who the operator, or null
 * @param reason why, or null
 */
public record Order(@Nullable String who, @Nullable String reason) {

  /** An order that says neither who nor why. */
  public static final Order SILENT = new Order(null, null);

  /**
   * Takes empty texts for none.
   *
   * @throws InvalidRequestException if a text cannot be recorded
   */
  public Order {
    who = who == null || who.isEmpty() ? null : who;
    reason = reason == null || reason.isEmpty() ? null : reason;
    try {
      StatusNote unused = note(who, reason, null);
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException("who and why cannot be recorded: " + e.getMessage(), e);
    }
  }

  /** The note of this order, given at that time. */
  StatusNote at(Instant time) {
    return note(who, reason, time);
  }

  private static StatusNote note(
      @Nullable String who, @Nullable String reason, @Nullable Instant time) {
    return new StatusNote(time, who, reason == null ? List.of() : List.of(reason));
  }
}
