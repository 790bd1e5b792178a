package io.shardyfusion.testing.flink;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The division of a small TaskManager's memory, in MiB, as Flink's start script would work it out
 * from the process' size: about 900 MiB, of which RocksDB's native memory is what is left over.
 */
final class TaskManagerMemory {

  private static final int FRAMEWORK_HEAP = 128;
  private static final int TASK_HEAP = 192;
  private static final int MANAGED = 128;
  private static final int NETWORK = 64;
  private static final int FRAMEWORK_OFF_HEAP = 64;
  private static final int TASK_OFF_HEAP = 32;
  private static final int METASPACE = 160;
  private static final int OVERHEAD = 128;

  private TaskManagerMemory() {}

  /** The settings, which a TaskManager refuses to start without. */
  static Map<String, String> settings(int slots) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("taskmanager.cpu.cores", slots + ".0");
    settings.put("taskmanager.memory.framework.heap.size", FRAMEWORK_HEAP + "m");
    settings.put("taskmanager.memory.task.heap.size", TASK_HEAP + "m");
    settings.put("taskmanager.memory.managed.size", MANAGED + "m");
    settings.put("taskmanager.memory.network.min", NETWORK + "m");
    settings.put("taskmanager.memory.network.max", NETWORK + "m");
    settings.put("taskmanager.memory.framework.off-heap.size", FRAMEWORK_OFF_HEAP + "m");
    settings.put("taskmanager.memory.task.off-heap.size", TASK_OFF_HEAP + "m");
    settings.put("taskmanager.memory.jvm-metaspace.size", METASPACE + "m");
    settings.put("taskmanager.memory.jvm-overhead.min", OVERHEAD + "m");
    settings.put("taskmanager.memory.jvm-overhead.max", OVERHEAD + "m");
    return settings;
  }

  /** Arguments that give the JVM its part of it. */
  static List<String> jvmArguments() {
    int heap = FRAMEWORK_HEAP + TASK_HEAP;
    return List.of(
        "-Xms" + heap + "m",
        "-Xmx" + heap + "m",
        "-XX:MaxDirectMemorySize=" + (NETWORK + FRAMEWORK_OFF_HEAP + TASK_OFF_HEAP) + "m",
        "-XX:MaxMetaspaceSize=" + METASPACE + "m");
  }
}
