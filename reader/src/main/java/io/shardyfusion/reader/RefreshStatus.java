package io.shardyfusion.reader;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.PointerEntry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A reader's knowledge of its own freshness, from which {@link ReaderHealth} follows. Thread-safe.
 *
 * <p>Times that passed here are measured by the monotonic clock: setting the machine's clock does
 * not make a reader healthy or ill. Only the age of an announcement, which another machine made,
 * needs the clock on the wall.
 */
final class RefreshStatus {

  private final HealthLimits limits;
  private final Clock clock;
  private final LongSupplier nanos;

  /** When the pointer was last read, by {@link #nanos}; null if never; guarded by this. */
  private @Nullable Long checkedAt;

  /** Since when a version is known that could not be served; null if none; guarded by this. */
  private @Nullable Long behindSince;

  /** That version; guarded by this. */
  private long behindVersion;

  /** Why nothing is refreshed, if that is so; guarded by this. */
  private @Nullable String fixed;

  private @Nullable String lastFailure;
  private long failuresInARow;
  private long failures;
  private long refreshes;

  /**
   * A status of a reader that has not done anything yet.
   *
   * @param limits with all that follows from the refresh interval filled in
   * @param nanos the monotonic clock, as {@link System#nanoTime}
   */
  RefreshStatus(HealthLimits limits, Clock clock, LongSupplier nanos) {
    this.limits = limits;
    this.clock = clock;
    this.nanos = nanos;
  }

  /** The pointer was read. */
  synchronized void checked() {
    checkedAt = nanos.getAsLong();
  }

  /** The pointer was read then, by the clock on the wall: by whoever wrote the cache. */
  synchronized void checkedAt(Instant then) {
    checkedAt = nanos.getAsLong() - Duration.between(then, clock.instant()).toNanos();
  }

  /** The version that is served stays, for that reason. */
  synchronized void fixed(String reason) {
    fixed = reason;
  }

  /** The version that the pointer names is served. */
  synchronized void upToDate() {
    behindSince = null;
    failuresInARow = 0;
    lastFailure = null;
  }

  /** Another version is served. */
  synchronized void swapped() {
    refreshes++;
  }

  /** A version that the pointer names cannot be served. */
  synchronized void behind(long version) {
    if (behindSince == null) {
      behindSince = nanos.getAsLong();
    }
    behindVersion = version;
  }

  /** A refresh failed, or what the reader was opened for. */
  synchronized void failed(RuntimeException cause) {
    lastFailure = cause instanceof ShardyfusionException ? cause.getMessage() : cause.toString();
    failuresInARow++;
    failures++;
  }

  /** The number of refreshes that failed one after the other. */
  synchronized long failuresInARow() {
    return failuresInARow;
  }

  synchronized long failures() {
    return failures;
  }

  synchronized long refreshes() {
    return refreshes;
  }

  /** The version that the pointer names, minus the one that is served. */
  synchronized long versionsBehind(PointerEntry served) {
    return behindSince == null ? 0 : behindVersion - served.version();
  }

  /** The time since that moment, by the clock on the wall; negative where it lies ahead. */
  Duration sinceWall(Instant moment) {
    return Duration.between(moment, clock.instant());
  }

  /** The health of the reader, which serves that version. */
  synchronized ReaderHealth health(PointerEntry served) {
    Findings findings = new Findings();
    Duration checkedAge = since(checkedAt);
    Duration behind = since(behindSince);
    if (checkedAge == null) {
      findings.degraded("the store has not been reached since the reader was opened");
    } else if (exceeds(checkedAge, limits.unhealthyAfter())) {
      findings.unhealthy("the pointer was last read " + seconds(checkedAge) + " ago");
    } else if (exceeds(checkedAge, limits.degradedAfter())) {
      findings.degraded("the pointer was last read " + seconds(checkedAge) + " ago");
    }
    // Between a swap and the note of it, what is served is that version.
    if (behind != null && behindVersion != served.version()) {
      String problem =
          "version "
              + served.version()
              + " is served, but the dataset's current version has been "
              + behindVersion
              + " for at least "
              + seconds(behind);
      if (exceeds(behind, limits.unhealthyAfter())) {
        findings.unhealthy(problem);
      } else {
        findings.degraded(problem);
      }
    }
    if (fixed != null) {
      findings.degraded(fixed + ": version " + served.version() + " is served, without refresh");
    }
    if (lastFailure != null) {
      findings.degraded(
          (failuresInARow == 1 ? "the last refresh" : "the last " + failuresInARow + " refreshes")
              + " failed: "
              + lastFailure);
    }
    Duration announcedAge = announcedAge(served);
    if (exceeds(announcedAge, limits.maxAnnouncedAge())) {
      findings.degraded(
          "version " + served.version() + " was announced " + seconds(announcedAge) + " ago");
    }
    return health(served, findings.status, findings.problems);
  }

  /** The health of a closed reader. */
  synchronized ReaderHealth closed(PointerEntry served) {
    return health(served, ReaderHealth.Status.UNHEALTHY, List.of("the reader is closed"));
  }

  private ReaderHealth health(
      PointerEntry served, ReaderHealth.Status status, List<String> problems) {
    return new ReaderHealth(
        status,
        served.version(),
        served.announcedAt(),
        announcedAge(served),
        since(checkedAt),
        failuresInARow,
        problems);
  }

  private Duration announcedAge(PointerEntry served) {
    Instant now = clock.instant();
    return served.announcedAt().isAfter(now)
        ? Duration.ZERO
        : Duration.between(served.announcedAt(), now);
  }

  private @Nullable Duration since(@Nullable Long moment) {
    return moment == null ? null : Duration.ofNanos(Math.max(0, nanos.getAsLong() - moment));
  }

  private static boolean exceeds(Duration age, @Nullable Duration limit) {
    return limit != null && age.compareTo(limit) > 0;
  }

  private static String seconds(Duration age) {
    return age.toSeconds() + " s";
  }

  /** Problems as they are found, and the worst status among them. */
  private static final class Findings {
    final List<String> problems = new ArrayList<>();
    ReaderHealth.Status status = ReaderHealth.Status.HEALTHY;

    void degraded(String problem) {
      problems.add(problem);
      if (status == ReaderHealth.Status.HEALTHY) {
        status = ReaderHealth.Status.DEGRADED;
      }
    }

    void unhealthy(String problem) {
      problems.add(problem);
      status = ReaderHealth.Status.UNHEALTHY;
    }
  }
}
