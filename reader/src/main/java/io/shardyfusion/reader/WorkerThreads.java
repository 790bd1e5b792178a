package io.shardyfusion.reader;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** How the threads of a reader are made. */
final class WorkerThreads {

  private WorkerThreads() {}

  /**
   * Makes daemon threads named {@code shardyfusion-<what>-<n>}: a service that ends without closing
   * its reader is not kept alive by it.
   */
  static ThreadFactory named(String what) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "shardyfusion-" + what + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
