package io.shardyfusion.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A version that a continuous run announced. Its JSON form is the line that {@code shardy run}
 * prints for it.
 *
 * @param version its number
 * @param manifest the key of its manifest
 * @param runId the run
 * @param rowsRead all rows of the input that the version holds, deletes and bad rows among them:
 *     those before its checkpoint, since the lineage of the job began, whatever was restored or
 *     restarted since; null for a job that began before they were counted
 * @param rowsWritten rows in the snapshot, or null where only an estimate is known
 * @param duplicates not known in a continuous run: always null
 * @param deletes those of them that delete their key, or null likewise
 * @param badRows those of them that could not be read, and were skipped or set aside, or null
 *     likewise
 * @param shards the number of shards
 * @param files the number of table files in the snapshot
 * @param bytes of all table files in the snapshot
 * @param newBytes of those that the version before does not have
 * @param puts requests that wrote objects, of this run up to now
 * @param gets requests that read objects, likewise
 * @param durationMs from the start of this process's run to the announcement, in milliseconds
 * @param durations of parts of the last publication, in milliseconds
 * @param checkpointId the checkpoint
 * @param watermark the event time it is complete up to, or null
 */
@JsonPropertyOrder({
  "version",
  "manifest",
  "run_id",
  "rows_read",
  "rows_written",
  "duplicates",
  "deletes",
  "bad_rows",
  "shards",
  "files",
  "bytes",
  "new_bytes",
  "puts",
  "gets",
  "duration_ms",
  "durations",
  "checkpoint_id",
  "watermark"
})
public record AnnouncedVersion(
    @JsonProperty("version") long version,
    @JsonProperty("manifest") String manifest,
    @JsonProperty("run_id") String runId,
    @JsonProperty("rows_read") @Nullable Long rowsRead,
    @JsonProperty("rows_written") @Nullable Long rowsWritten,
    @JsonProperty("duplicates") @Nullable Long duplicates,
    @JsonProperty("deletes") @Nullable Long deletes,
    @JsonProperty("bad_rows") @Nullable Long badRows,
    @JsonProperty("shards") int shards,
    @JsonProperty("files") long files,
    @JsonProperty("bytes") long bytes,
    @JsonProperty("new_bytes") long newBytes,
    @JsonProperty("puts") long puts,
    @JsonProperty("gets") long gets,
    @JsonProperty("duration_ms") long durationMs,
    @JsonProperty("durations") Map<String, Long> durations,
    @JsonProperty("checkpoint_id") @Nullable Long checkpointId,
    @JsonProperty("watermark") @Nullable String watermark) {

  /** Copies the durations. */
  public AnnouncedVersion {
    durations = Map.copyOf(durations);
  }
}
