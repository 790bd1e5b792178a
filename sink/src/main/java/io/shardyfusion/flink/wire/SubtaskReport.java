package io.shardyfusion.flink.wire;

import io.shardyfusion.store.Requests;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * The message of one subtask of a write operator to the sink at a checkpoint, or at the end of
 * input: one report a subtask and checkpoint, even if nothing changed, so that the sink can tell
 * that none is missing.
 *
 * @param checkpoint its id; at the end of input the one after the last; 0 in a backfill
 * @param subtask which one
 * @param subtasks of how many
 * @param isLast whether the input of the subtask has ended, so that no report follows
 * @param shards the shards that changed; in the first report of an attempt, all of the subtask
 * @param rows the rows that came since the report before
 * @param requests to the store, since the report before
 */
public record SubtaskReport(
    long checkpoint,
    int subtask,
    int subtasks,
    boolean isLast,
    List<ShardReport> shards,
    Rows rows,
    Requests requests) {

  /** Flink's type information of subtask reports. */
  public static final TypeInformation<SubtaskReport> TYPE =
      new SingletonTypeInfo<>(SubtaskReport.class, SubtaskReportSerializer.INSTANCE);

  /**
   * Numbers of rows.
   *
   * @param records rows written
   * @param deletes those of them that delete
   * @param bad rows of the input that could not be read, which are no records
   */
  public record Rows(long records, long deletes, long bad) {

    /** No row. */
    public static final Rows NONE = new Rows(0, 0, 0);
  }

  /** Copies the shards. */
  public SubtaskReport {
    shards = List.copyOf(shards);
  }
}
