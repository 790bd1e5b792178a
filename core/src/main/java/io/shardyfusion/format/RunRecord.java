package io.shardyfusion.format;

import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one run of a job: operational, not part of the read contract.
 *
 * @param runId 32 lower-case hexadecimal digits
 * @param mode {@code batch} or {@code streaming}
 * @param status where it stands
 * @param startedAt when the run began
 * @param updatedAt when this record was last written
 * @param leaseExpiresAt until when the run counts as live without another sign of life, or null once it has ended
 * @param lastVersion the last version it announced, or null
 * @param error why it failed, or null
 * @param counters sums of what it did, for example {@code puts}
 */
public record RunRecord(
    String runId,
    String mode,
    Status status,
    Instant startedAt,
    Instant updatedAt,
    @Nullable Instant leaseExpiresAt,
    @Nullable Long lastVersion,
    @Nullable String error,
    Map<String, Long> counters) {

  /** Where a run stands. */
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
  }

  /** Checks the id and copies the counters. */
  public RunRecord {
    Checks.id("run_id", runId);
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
  }
}
