package io.shardyfusion.flink.writing;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether a TaskManager has room for what shards take in native memory beside Flink's managed
 * memory: while RocksDB writes table files, their indexes and filters, and what compactions read
 * ahead. Where it has not, its container is killed, and nothing says why.
 */
final class NativeMemory {

  private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);

  /** For threads, code and garbage collector: what Flink has at least. */
  private static final MemorySize OF_THE_JVM = MemorySize.ofMebiBytes(192);

  /** See docs/flink.md. */
  private static final MemorySize OF_A_SLOT = MemorySize.ofMebiBytes(160);

  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private NativeMemory() {}

  /** Warns, once in a process, if {@code taskManager} declares too little. */
  static void check(Configuration taskManager) {
    if (isTooSmall(taskManager) && WARNED.compareAndSet(false, true)) {
      LOG.warn(
          "event=native_memory_small setting={} found={} expected=\"at least {}\" consequence=\"the container may be killed\"",
          TaskManagerOptions.JVM_OVERHEAD_MIN.key(),
          taskManager.get(TaskManagerOptions.JVM_OVERHEAD_MIN).toHumanReadableString(),
          needed(taskManager).toHumanReadableString());
    }
  }

  /**
   * Returns whether the process has a declared size, which an embedded one has not, and too little
   * in it.
   */
  static boolean isTooSmall(Configuration taskManager) {
    return taskManager.contains(TaskManagerOptions.TOTAL_PROCESS_MEMORY)
        && taskManager.get(TaskManagerOptions.JVM_OVERHEAD_MIN).compareTo(needed(taskManager)) < 0;
  }

  private static MemorySize needed(Configuration taskManager) {
    return OF_THE_JVM.add(OF_A_SLOT.multiply(taskManager.get(TaskManagerOptions.NUM_TASK_SLOTS)));
  }
}
