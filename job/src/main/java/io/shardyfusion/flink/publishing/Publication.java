package io.shardyfusion.flink.publishing;

import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.pointer.Predecessor;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A stored snapshot that is to be announced.
 *
 * @param manifest refers to its manifest
 * @param runId the run that stored it
 * @param lineage the writer job
 * @param epoch the checkpoint that it belongs to, 0 in a backfill
 * @param predecessor the version that must be the newest when it is announced
 * @param rows in the whole snapshot; 0 only if it has none
 * @param rowsExact whether {@code rows} is exact, or an estimate
 * @param bytes of all its table files
 * @param assembledAt when its manifest was stored, in milliseconds since the epoch
 * @param isLast whether the input has ended, so that nothing follows
 * @param counters what was done since the publication before, for the run record
 */
public record Publication(
    ManifestRef manifest,
    String runId,
    String lineage,
    long epoch,
    Predecessor predecessor,
    long rows,
    boolean rowsExact,
    long bytes,
    long assembledAt,
    boolean isLast,
    Map<String, Long> counters)
    implements Committable {

  /** Copies the counters. */
  public Publication {
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
  }

  /** This publication, with a number of rows that is exact or not. */
  public Publication withRowsExact(boolean exact) {
    return new Publication(
        manifest,
        runId,
        lineage,
        epoch,
        predecessor,
        rows,
        exact,
        bytes,
        assembledAt,
        isLast,
        counters);
  }
}
