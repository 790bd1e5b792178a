package io.shardyfusion.flink.writing;

import io.shardyfusion.StorageException;
import io.shardyfusion.machine.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.core.memory.ManagedMemoryUseCase;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.memory.MemoryManager;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.util.FileUtils;

/**
 * The resources that an operator takes from its task manager: its share of the slot's managed
 * memory, and a directory in one of Flink's temporary ones. Given back when it is closed.
 */
final class TaskResources implements AutoCloseable {

  private final AbstractStreamOperator<?> operator;
  private final Path directory;
  private long reservedBytes;

  /** A new directory, whose name begins with {@code prefix}. */
  TaskResources(AbstractStreamOperator<?> operator, String prefix) {
    this.operator = operator;
    NativeMemory.check(environment().getTaskManagerInfo().getConfiguration());
    String[] candidates = environment().getIOManager().getSpillingDirectoriesPaths();
    int subtask = operator.getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    Path parent = Path.of(candidates[subtask % candidates.length]);
    try {
      directory = Files.createTempDirectory(parent, prefix);
    } catch (IOException e) {
      throw new StorageException(
          "could not create a working directory in "
              + parent
              + ": "
              + FileFailure.reason(e, "see io.tmp.dirs"),
          e);
    }
  }

  Path directory() {
    return directory;
  }

  /** The operator's share of the slot's managed memory, between 0 and 1. */
  double memoryFraction() {
    Environment environment = environment();
    return operator
        .getOperatorConfig()
        .getManagedMemoryFractionOperatorUseCaseOfSlot(
            ManagedMemoryUseCase.OPERATOR,
            environment.getJobConfiguration(),
            environment.getTaskManagerInfo().getConfiguration(),
            environment.getUserCodeClassLoader().asClassLoader());
  }

  /** Reserves that share for native memory, and returns its size in bytes. */
  long reserveMemory() throws Exception {
    MemoryManager memory = environment().getMemoryManager();
    long bytes = memory.computeMemorySize(memoryFraction());
    if (bytes == 0) {
      throw noMemory();
    }
    memory.reserveMemory(this, bytes);
    reservedBytes = bytes;
    return bytes;
  }

  /** The exception to throw where the operator has no managed memory. */
  static StorageException noMemory() {
    return new StorageException(
        "the task has no managed memory to work in; set taskmanager.memory.managed.size or .fraction above zero",
        null);
  }

  private Environment environment() {
    return operator.getContainingTask().getEnvironment();
  }

  @Override
  public void close() throws IOException {
    if (reservedBytes > 0) {
      environment().getMemoryManager().releaseMemory(this, reservedBytes);
      reservedBytes = 0;
    }
    FileUtils.deleteDirectory(directory.toFile());
  }
}
