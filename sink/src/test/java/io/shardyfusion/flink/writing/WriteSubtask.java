package io.shardyfusion.flink.writing;

import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.flink.wire.SubtaskReportSerializer;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.ManagedMemoryUseCase;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.io.disk.iomanager.IOManagerAsync;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFinalizer;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** One subtask of the write operator, run by a test in Flink's own harness. */
final class WriteSubtask implements AutoCloseable {

  private static final long MANAGED_BYTES = 32L << 20;

  private final HashSharding sharding;
  private final ShardWriteOperator operator;
  private final Path spill;
  private final MockEnvironment environment;
  private final KeyedOneInputStreamOperatorTestHarness<Integer, ShardRow, SubtaskReport> harness;

  /** Subtask {@code index} of {@code subtasks}, which spills below {@code directory}. */
  WriteSubtask(SinkSettings settings, Path directory, int index, int subtasks) throws Exception {
    this(settings, directory, index, subtasks, ShardWriteOperator.FailedUpload.FAILS_CHECKPOINT);
  }

  /** As the other one, with what an upload that failed does. */
  WriteSubtask(
      SinkSettings settings,
      Path directory,
      int index,
      int subtasks,
      ShardWriteOperator.FailedUpload failedUpload)
      throws Exception {
    int shards = settings.content().numShards();
    sharding = new HashSharding(shards);
    ShardKeys keys = new ShardKeys(shards);
    operator = new ShardWriteOperator(settings, keys, failedUpload);
    spill = Files.createTempDirectory(directory, "spill-");
    environment =
        new MockEnvironmentBuilder()
            .setTaskName("write shards")
            .setManagedMemorySize(MANAGED_BYTES)
            .setIOManager(new IOManagerAsync(spill.toString()))
            .setMaxParallelism(shards)
            .setParallelism(subtasks)
            .setSubtaskIndex(index)
            .build();
    harness = new KeyedOneInputStreamOperatorTestHarness<>(operator, keys, Types.INT, environment);
    harness
        .getStreamConfig()
        .setManagedMemoryFractionOperatorOfUseCase(ManagedMemoryUseCase.OPERATOR, 0.5);
    harness.getStreamConfig().serializeAllConfigs();
  }

  /** The only subtask of a job that begins with nothing. */
  static WriteSubtask begun(SinkSettings settings, Path directory) throws Exception {
    WriteSubtask subtask = new WriteSubtask(settings, directory, 0, 1);
    subtask.begin();
    return subtask;
  }

  WriteSubtask begin() throws Exception {
    harness.setup(SubtaskReportSerializer.INSTANCE);
    harness.initializeEmptyState();
    harness.open();
    return this;
  }

  /** Restores it from its part of a checkpoint. */
  WriteSubtask restore(long checkpoint, OperatorSubtaskState state) throws Exception {
    harness.setup(SubtaskReportSerializer.INSTANCE);
    harness.setRestoredCheckpointId(checkpoint);
    harness.initializeState(state);
    harness.open();
    return this;
  }

  /** The part of a checkpoint of {@code before} subtasks that is for subtask {@code index}. */
  static OperatorSubtaskState part(
      List<OperatorSubtaskState> states, int shards, int after, int index) throws Exception {
    return AbstractStreamOperatorTestHarness.repartitionOperatorState(
        AbstractStreamOperatorTestHarness.repackageState(
            states.toArray(OperatorSubtaskState[]::new)),
        shards,
        states.size(),
        after,
        index);
  }

  void put(long key, String value) throws Exception {
    process(key, value.getBytes(StandardCharsets.UTF_8));
  }

  void delete(long key) throws Exception {
    process(key, null);
  }

  private void process(long key, byte[] value) throws Exception {
    int shard = sharding.shardOf(key);
    harness.processElement(
        new StreamRecord<>(new ShardRow(shard, 0, KeyEncoding.I64.encode(key), value)));
  }

  /** What the operator failed its task with, from another thread; empty: with nothing. */
  Optional<? extends Throwable> externalFailure() {
    return environment.getActualExternalFailureCause();
  }

  /** Has the environment take a failure of the task for what the test expects. */
  void expectExternalFailure() {
    environment.setExpectedExternalFailureCause(Throwable.class);
  }

  /** Emits the report of a checkpoint, and returns what is to be done for its snapshot. */
  OperatorSnapshotFutures barrier(long checkpoint) throws Exception {
    harness.prepareSnapshotPreBarrier(checkpoint);
    return snapshot(checkpoint);
  }

  void beforeBarrier(long checkpoint) throws Exception {
    harness.prepareSnapshotPreBarrier(checkpoint);
  }

  OperatorSnapshotFutures snapshot(long checkpoint) throws Exception {
    return operator.snapshotState(
        checkpoint,
        0,
        CheckpointOptions.forCheckpointWithDefaultLocation(),
        new MemCheckpointStreamFactory(1 << 20));
  }

  /** A whole checkpoint. */
  OperatorSubtaskState checkpoint(long checkpoint) throws Exception {
    return finished(barrier(checkpoint));
  }

  static OperatorSubtaskState finished(OperatorSnapshotFutures futures) throws Exception {
    return OperatorSnapshotFinalizer.create(futures).getJobManagerOwnedState();
  }

  void endInput() throws Exception {
    harness.endInput();
  }

  /** The reports since the last call. */
  List<SubtaskReport> reports() {
    List<SubtaskReport> reports = harness.extractOutputValues();
    harness.getOutput().clear();
    return reports;
  }

  /** The number of reports since the last call of {@link #reports}, for any thread. */
  int peekedReports() {
    return harness.getOutput().size();
  }

  SubtaskReport report() {
    List<SubtaskReport> reports = reports();
    if (reports.size() != 1) {
      throw new AssertionError("expected one report, found " + reports);
    }
    return reports.get(0);
  }

  /** Directories and files that it keeps on the local disk. */
  List<Path> localFiles() throws IOException {
    if (!Files.exists(spill)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(spill)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("shardyfusion-"))
          .sorted()
          .toList();
    }
  }

  long reservedBytes() {
    return MANAGED_BYTES - environment.getMemoryManager().availableMemory();
  }

  void cancel() throws Exception {
    operator.close();
  }

  @Override
  public void close() throws Exception {
    try {
      operator.close();
    } finally {
      environment.close(); // Fails if managed memory is not released.
    }
  }
}
