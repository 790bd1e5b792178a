package io.shardyfusion.cli;

import io.shardyfusion.testing.changes.ChangeFile;
import io.shardyfusion.testing.changes.ChangeStream;
import io.shardyfusion.testing.changes.PrefixOracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Adds files of changes to a directory, in a thread of its own, until it is closed. A file appears
 * at once and whole, after the oracle knows it.
 */
final class ChangeFeeder implements AutoCloseable {

  private static final long PERIOD_MILLIS = 150;

  private final Path directory;
  private final ChangeStream stream;
  private final PrefixOracle oracle;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::feed, "change-feeder");
  private volatile @Nullable IOException failure;

  ChangeFeeder(Path directory, ChangeStream stream, PrefixOracle oracle) {
    this.directory = directory;
    this.stream = stream;
    this.oracle = oracle;
    thread.start();
  }

  /** Adds no more; what was added is known to the oracle. */
  void finish() {
    stop.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    IOException found = failure;
    if (found != null) {
      throw new UncheckedIOException(found);
    }
  }

  @Override
  public void close() {
    finish();
  }

  private void feed() {
    try {
      do {
        ChangeFile file = stream.next();
        oracle.append(file.changes());
        Path hidden = directory.resolve("." + file.name());
        Files.write(hidden, file.lines());
        Files.move(hidden, directory.resolve(file.name()), StandardCopyOption.ATOMIC_MOVE);
      } while (!stop.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS));
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
