package io.shardyfusion.reader;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The health of a reader: whether it serves what it should serve, as far as it knows.
 *
 * @param status the worst that one of the problems makes of it
 * @param version that is served
 * @param announcedAt when that version was announced, by the writer's clock
 * @param announcedAge the time since then, by this machine's clock; zero where the clocks disagree
 * @param checkedAge the time since the last successful look at the pointer, of this reader or, if
 *     it was opened from the local cache alone, of the one that wrote the cache; null if that is
 *     not known
 * @param failures how many refreshes have failed since one last succeeded
 * @param problems what is wrong, each in a sentence; empty if healthy
 */
public record ReaderHealth(
    Status status,
    long version,
    Instant announcedAt,
    Duration announcedAge,
    @Nullable Duration checkedAge,
    long failures,
    List<String> problems) {

  /** From good to bad. */
  public enum Status {
    /** It serves the dataset's current version, and has seen so lately. */
    HEALTHY,
    /** It serves, but something needs attention: refreshes fail, or the data grows old. */
    DEGRADED,
    /** It has been without a sign of the store, or behind, for too long, or is closed. */
    UNHEALTHY
  }

  /** Copies the list. */
  public ReaderHealth {
    problems = List.copyOf(problems);
  }
}
