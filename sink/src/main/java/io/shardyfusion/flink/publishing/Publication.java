package io.shardyfusion.flink.publishing;

import io.shardyfusion.pointer.Announcement;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A stored snapshot that is to be announced.
 *
 * @param announcement what is to be announced, and which version it must follow
 * @param assembledAt when its manifest was stored
 * @param isLast whether the input has ended, so that nothing follows
 * @param counters what was done since the publication before, for the run record
 */
public record Publication(
    Announcement announcement, Instant assembledAt, boolean isLast, Map<String, Long> counters)
    implements Committable {

  /** Copies the counters. */
  public Publication {
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
  }
}
