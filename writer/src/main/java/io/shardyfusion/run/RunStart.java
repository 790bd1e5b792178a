package io.shardyfusion.run;

import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.RunMode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a run when it begins, for its record.
 *
 * @param runId 32 lower-case hexadecimal digits
 * @param mode the kind of run
 * @param startedAt when it began
 * @param base the manifest of the snapshot that it begins with or replaces, or null
 * @param getsBefore requests that read objects before there was a record
 * @param checkpointsNoted how many checkpoints the record says the needs of; 0 in batch mode
 */
public record RunStart(
    String runId,
    RunMode mode,
    Instant startedAt,
    @Nullable ManifestRef base,
    long getsBefore,
    int checkpointsNoted) {

  boolean isStreaming() {
    return mode == RunMode.STREAMING;
  }
}
