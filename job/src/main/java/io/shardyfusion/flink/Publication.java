package io.shardyfusion.flink;

import io.shardyfusion.format.ManifestRef;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sink's committable: a stored snapshot that is to be announced. Whole, never a delta, so it
 * can be committed by itself, later, or again.
 *
 * @param manifest refers to its manifest
 * @param rows in the whole snapshot
 * @param bytes of all its table files
 * @param epoch the checkpoint that it belongs to, 0 in a backfill
 * @param counters sums for the run record
 */
record Publication(
    ManifestRef manifest, long rows, long bytes, long epoch, Map<String, Long> counters) {

  /** Copies the counters. */
  Publication {
    counters = Map.copyOf(new TreeMap<>(counters));
  }
}
