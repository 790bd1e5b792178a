package io.shardyfusion.format;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version of a dataset, as the pointer lists it.
 *
 * @param version given when the entry joined the history; at least 1
 * @param manifest the snapshot's manifest
 * @param runId the run that published it, 32 lower-case hexadecimal digits
 * @param announcedAt when the entry joined the history, by the writer's clock; cut to the
 *     millisecond
 * @param rows in the whole snapshot
 * @param rowsExact whether {@code rows} is exact, or an estimate
 * @param bytes of all its table files
 * @param status whether it may be served
 * @param heldBy the reason for which it is held; null if it is not, or if the software that held it
 *     did not say, which only held under a pin
 * @param note when, by whom and why it got its status
 */
@RecordBuilder
public record PointerEntry(
    long version,
    ManifestRef manifest,
    String runId,
    Instant announcedAt,
    long rows,
    boolean rowsExact,
    long bytes,
    VersionStatus status,
    @Nullable HeldBy heldBy,
    StatusNote note)
    implements PointerEntryBuilder.With {

  /** Checks the ranges, and that only a held version says by what it is held. */
  public PointerEntry {
    Checks.atLeast("version", version, 1);
    Checks.atMost("version", version, Limits.MAX_VERSION);
    Checks.id("run_id", runId);
    announcedAt = Timestamps.millis("announced_at", announcedAt);
    Checks.atLeast("rows", rows, 0);
    Checks.atLeast("bytes", bytes, 0);
    if (heldBy != null && status != VersionStatus.HELD) {
      throw new IllegalArgumentException(
          "held_by must be absent where the status is not held, found "
              + heldBy.externalName()
              + " where it is "
              + status.externalName());
    }
  }

  /** A builder of an entry of which nothing more is known. */
  public static PointerEntryBuilder builder() {
    return PointerEntryBuilder.builder().note(StatusNote.NONE);
  }

  /** True if a validator holds it. */
  public boolean isHeldByValidator() {
    return heldBy == HeldBy.VALIDATOR;
  }

  /** This entry, announced. */
  public PointerEntry announced(StatusNote why) {
    return with(VersionStatus.ANNOUNCED, null, why);
  }

  /** This entry, held. */
  public PointerEntry held(HeldBy by, StatusNote why) {
    return with(VersionStatus.HELD, by, why);
  }

  /** This entry, quarantined. */
  public PointerEntry quarantined(StatusNote why) {
    return with(VersionStatus.QUARANTINED, null, why);
  }

  private PointerEntry with(VersionStatus newStatus, @Nullable HeldBy by, StatusNote why) {
    return with().status(newStatus).heldBy(by).note(why).build();
  }
}
