package io.shardyfusion.flink.writing;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.Test;

final class NativeMemoryTest {

  private final Configuration taskManager = new Configuration();

  @Test
  void flinksDefaultOfALimitedProcessIsTooSmall() {
    taskManager.set(TaskManagerOptions.TOTAL_PROCESS_MEMORY, MemorySize.parse("2g"));

    assertThat(NativeMemory.isTooSmall(taskManager)).isTrue();
  }

  @Test
  void eachSlotNeedsItsPart() {
    taskManager.set(TaskManagerOptions.TOTAL_PROCESS_MEMORY, MemorySize.parse("2g"));
    taskManager.set(TaskManagerOptions.JVM_OVERHEAD_MIN, MemorySize.parse("512m"));

    taskManager.set(TaskManagerOptions.NUM_TASK_SLOTS, 2);
    assertThat(NativeMemory.isTooSmall(taskManager)).isFalse();
    taskManager.set(TaskManagerOptions.NUM_TASK_SLOTS, 3);
    assertThat(NativeMemory.isTooSmall(taskManager)).isTrue();
  }

  @Test
  void aProcessWithoutALimitIsNotLookedAt() {
    assertThat(NativeMemory.isTooSmall(taskManager)).isFalse();
  }
}
