package io.shardyfusion.flink.wire;

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
 * @param records rows written since the report before
 * @param deletes those of them that delete
 * @param badRows rows of the input that could not be read, since the report before
 * @param puts requests that wrote objects, since the report before
 * @param gets requests that read objects, likewise
 */
public record SubtaskReport(
    long checkpoint,
    int subtask,
    int subtasks,
    boolean isLast,
    List<ShardReport> shards,
    long records,
    long deletes,
    long badRows,
    long puts,
    long gets) {

  /** Flink's type information of subtask reports. */
  public static final TypeInformation<SubtaskReport> TYPE =
      new SingletonTypeInfo<>(SubtaskReport.class, SubtaskReportSerializer.INSTANCE);

  /** Copies the shards. */
  public SubtaskReport {
    shards = List.copyOf(shards);
  }
}
