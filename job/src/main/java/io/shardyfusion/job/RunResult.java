package io.shardyfusion.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Map;

/**
 * The result of a run. Its JSON form is what {@code shardy run} prints.
 *
 * @param version the version that was given to the snapshot
 * @param manifest the key of its manifest
 * @param runId the run
 * @param rowsRead all rows of the input
 * @param rowsWritten distinct live keys in the snapshot
 * @param duplicates rows that a later row of the same key replaced, with no delete in between
 * @param deletes rows that delete their key
 * @param badRows rows that could not be read, and were skipped or set aside
 * @param shards the number of shards
 * @param files the number of table files in the snapshot
 * @param bytes of all table files in the snapshot
 * @param newBytes of the table files that were uploaded
 * @param puts requests that wrote objects
 * @param gets requests that read objects
 * @param durationMs from start to announcement, in milliseconds
 * @param durations of the phases, in milliseconds
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
  "durations"
})
public record RunResult(
    @JsonProperty("version") long version,
    @JsonProperty("manifest") String manifest,
    @JsonProperty("run_id") String runId,
    @JsonProperty("rows_read") long rowsRead,
    @JsonProperty("rows_written") long rowsWritten,
    @JsonProperty("duplicates") long duplicates,
    @JsonProperty("deletes") long deletes,
    @JsonProperty("bad_rows") long badRows,
    @JsonProperty("shards") int shards,
    @JsonProperty("files") long files,
    @JsonProperty("bytes") long bytes,
    @JsonProperty("new_bytes") long newBytes,
    @JsonProperty("puts") long puts,
    @JsonProperty("gets") long gets,
    @JsonProperty("duration_ms") long durationMs,
    @JsonProperty("durations") Map<String, Long> durations) {

  /** Copies the durations. */
  public RunResult {
    durations = Map.copyOf(durations);
  }
}
