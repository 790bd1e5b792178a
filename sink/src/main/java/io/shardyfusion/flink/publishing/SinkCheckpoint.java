package io.shardyfusion.flink.publishing;

import io.shardyfusion.pointer.Predecessor;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.OperatorStateHandle;

/**
 * The state of the sink in a checkpoint or savepoint of a continuous job, read without restoring
 * it.
 *
 * @param checkpointId its number; it grows from one to the next, also over restores
 * @param lineage the writer job, which the dataset's pointer names
 * @param runId the run that took it
 * @param predecessor the version that the next one follows: announced, or stored and to be
 *     announced once the checkpoint has completed
 */
public record SinkCheckpoint(
    long checkpointId, String lineage, String runId, Predecessor predecessor) {

  /** The name under which Flink keeps the state of a sink's writer. */
  private static final String WRITER_STATE = "writer_raw_states";

  /**
   * The state that {@code metadata} describes; empty where it has none of this sink.
   *
   * @throws IOException if the state could not be read
   */
  public static Optional<SinkCheckpoint> of(CheckpointMetadata metadata) throws IOException {
    for (OperatorState operator : metadata.getOperatorStates()) {
      for (OperatorSubtaskState subtask : operator.getStates()) {
        for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
          Optional<AssemblerState> state = read(handle);
          if (state.isPresent()) {
            return state.map(
                s ->
                    new SinkCheckpoint(
                        metadata.getCheckpointId(),
                        s.writer().lineage(),
                        s.writer().runId(),
                        s.predecessor()));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<AssemblerState> read(OperatorStateHandle handle) throws IOException {
    OperatorStateHandle.StateMetaInfo writer =
        handle.getStateNameToPartitionOffsets().get(WRITER_STATE);
    if (writer == null || writer.getOffsets().length == 0) {
      return Optional.empty();
    }
    byte[] bytes;
    try (FSDataInputStream in = handle.openInputStream()) {
      in.seek(writer.getOffsets()[0]);
      DataInputStream data = new DataInputStream(in);
      int size = data.readInt();
      if (size < 0) {
        throw new IOException(
            "the state of a sink's writer is damaged: its size must be at least 0, found " + size);
      }
      bytes = data.readNBytes(size);
    }
    try {
      return Optional.of(
          SimpleVersionedSerialization.readVersionAndDeSerialize(
              new AssemblerStateSerializer(), bytes));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // Another sink's, such as that of the rows set aside.
    }
  }
}
