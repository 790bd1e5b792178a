package io.shardyfusion.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A version that a run announced: the only one of a backfill, or one of a continuous run. Its JSON
 * form, in which the parts are not nested, is the line that {@code shardy run} prints for it.
 *
 * @param version its number
 * @param manifest the key of its manifest
 * @param runId the run
 * @param rows the rows that were read, and what became of them
 * @param size of the snapshot
 * @param effort what it took
 * @param checkpoint the checkpoint of a continuous run that it is; null in a backfill
 */
@JsonPropertyOrder({"version", "manifest", "run_id", "rows", "size", "effort", "checkpoint"})
public record AnnouncedVersion(
    @JsonProperty("version") long version,
    @JsonProperty("manifest") String manifest,
    @JsonProperty("run_id") String runId,
    @JsonUnwrapped Rows rows,
    @JsonUnwrapped Size size,
    @JsonUnwrapped Effort effort,
    @JsonUnwrapped @Nullable Checkpoint checkpoint) {

  /**
   * The rows of the input that the version holds. A continuous run counts those before its
   * checkpoint, since the lineage of the job began, whatever was restored or restarted since; null
   * for a job that began before they were counted.
   *
   * @param read all of them, deletes and bad rows among them
   * @param written distinct live keys in the snapshot, or null where only an estimate is known
   * @param duplicates rows that a later row of the same key replaced, with no delete in between;
   *     not known in a continuous run: always null
   * @param deletes rows that delete their key
   * @param badRows rows that could not be read, and were skipped or set aside
   */
  @JsonPropertyOrder({"rows_read", "rows_written", "duplicates", "deletes", "bad_rows"})
  public record Rows(
      @JsonProperty("rows_read") @Nullable Long read,
      @JsonProperty("rows_written") @Nullable Long written,
      @JsonProperty("duplicates") @Nullable Long duplicates,
      @JsonProperty("deletes") @Nullable Long deletes,
      @JsonProperty("bad_rows") @Nullable Long badRows) {}

  /**
   * The size of the snapshot.
   *
   * @param shards the number of shards
   * @param files the number of table files
   * @param bytes of all table files
   * @param newBytes of those that the version before does not have, which were uploaded
   */
  @JsonPropertyOrder({"shards", "files", "bytes", "new_bytes"})
  public record Size(
      @JsonProperty("shards") int shards,
      @JsonProperty("files") long files,
      @JsonProperty("bytes") long bytes,
      @JsonProperty("new_bytes") long newBytes) {}

  /**
   * The requests and the time that it took.
   *
   * @param puts requests that wrote objects; in a continuous run, of the run up to now
   * @param gets requests that read objects, likewise
   * @param durationMs from the start to the announcement, in milliseconds; in a continuous run,
   *     from the start of this process's run
   * @param durations of the phases, or of parts of the last publication, in milliseconds
   */
  @JsonPropertyOrder({"puts", "gets", "duration_ms", "durations"})
  public record Effort(
      @JsonProperty("puts") long puts,
      @JsonProperty("gets") long gets,
      @JsonProperty("duration_ms") long durationMs,
      @JsonProperty("durations") Map<String, Long> durations) {

    /** Copies the durations. */
    public Effort {
      durations = Map.copyOf(durations);
    }
  }

  /**
   * The checkpoint that a version is.
   *
   * @param id its number
   * @param watermark the event time that it is complete up to, or null
   */
  @JsonPropertyOrder({"checkpoint_id", "watermark"})
  public record Checkpoint(
      @JsonProperty("checkpoint_id") @Nullable Long id,
      @JsonProperty("watermark") @Nullable String watermark) {}
}
