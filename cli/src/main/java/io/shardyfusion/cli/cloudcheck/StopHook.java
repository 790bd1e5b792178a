package io.shardyfusion.cli.cloudcheck;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has a process that is told to end (SIGINT, SIGTERM) clean up first: interrupts the thread that
 * opened it, and waits until that has closed it. A second signal changes nothing.
 */
final class StopHook implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 120;

  private final Thread worker = Thread.currentThread();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final PrintWriter err;
  private final Thread hook = new Thread(this::stop, "cloud-check-stop");
  private boolean working = true;

  /** Waits for signals from now on. */
  StopHook(PrintWriter err) {
    this.err = err;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The worker is not interrupted from now on, only waited for. */
  synchronized void cleaningUp() {
    working = false;
    Thread.interrupted(); // What follows must not be cut short by what ended the work.
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running: that is why we are here.
    }
  }

  private void stop() {
    err.println("cloud-check: stopping; what was written will be deleted");
    err.flush();
    interrupt();
    try {
      if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        err.println("cloud-check: could not clean up in time; delete what was named above");
        err.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void interrupt() {
    if (working) {
      worker.interrupt();
    }
  }
}
