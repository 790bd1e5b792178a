package io.shardyfusion.format;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The record of one run of a job: operational, not part of the read contract.
 *
 * @param runId 32 lower-case hexadecimal digits
 * @param mode its kind
 * @param status where it stands
 * @param startedAt when the run began; this and the other times are cut to the millisecond
 * @param updatedAt when this record was last written
 * @param leaseExpiresAt until when the run counts as live without another sign of life, or null
 *     once it has ended
 * @param lastVersion the last version it announced, or null
 * @param error why it failed, or null; cut after {@link Limits#MAX_ERROR} characters
 * @param counters sums of what it did, for example {@code puts}; at most {@link
 *     Limits#MAX_COUNTERS}
 * @param warnings what is wrong with its input, or was, and did not end it, oldest first; at most
 *     {@link Limits#MAX_WARNINGS}
 * @param needs what it needs of the dataset, so that cleanup keeps it
 */
@RecordBuilder
public record RunRecord(
    String runId,
    RunMode mode,
    Status status,
    Instant startedAt,
    Instant updatedAt,
    @Nullable Instant leaseExpiresAt,
    @Nullable Long lastVersion,
    @Nullable String error,
    Map<String, Long> counters,
    List<RunWarning> warnings,
    RunNeeds needs)
    implements RunRecordBuilder.With {

  /** The status of a run. */
  public enum Status {
    /** It runs, as long as its lease has not expired. */
    RUNNING,
    /** It ended well. */
    SUCCEEDED,
    /** It ended with an error. */
    FAILED;

    /** The name in run records, for example {@code running}. */
    public String externalName() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Status of(String externalName) {
      return Checks.named(values(), Status::externalName, externalName);
    }
  }

  /** Checks the parts, and copies counters and warnings. */
  public RunRecord {
    Checks.id("run_id", runId);
    startedAt = Timestamps.millis("started_at", startedAt);
    updatedAt = Timestamps.millis("updated_at", updatedAt);
    leaseExpiresAt =
        leaseExpiresAt == null ? null : Timestamps.millis("lease_expires_at", leaseExpiresAt);
    if (lastVersion != null) {
      Checks.atLeast("last_version", lastVersion, 1);
      Checks.atMost("last_version", lastVersion, Limits.MAX_VERSION);
    }
    error = error == null ? null : printable(error, Limits.MAX_ERROR);
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
    Checks.size("counters", "entries", counters.size(), Limits.MAX_COUNTERS);
    counters.keySet().forEach(name -> Checks.text("counters: a name", name, Limits.MAX_NAME));
    warnings = List.copyOf(warnings);
    Checks.size("warnings", "entries", warnings.size(), Limits.MAX_WARNINGS);
  }

  /** A builder of a record without counters, warnings and needs. */
  public static RunRecordBuilder builder() {
    return RunRecordBuilder.builder().counters(Map.of()).warnings(List.of()).needs(RunNeeds.NONE);
  }

  /** A record is written when a run fails: whatever the error says, it must not fail that. */
  static String printable(String text, int maxLength) {
    int[] codePoints =
        text.codePoints()
            .limit(maxLength)
            .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
            .toArray();
    return new String(codePoints, 0, codePoints.length);
  }
}
