package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.cluster.s3.S3ProxyMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A server in a process of its own, over a directory of its own. It prints a line with its port
 * when it listens, and ends when its standard input does: that is, at the latest with this JVM.
 */
final class ServerProcess implements AutoCloseable {

  /** The beginning of the line that tells the port. */
  static final String READY = S3ProxyMain.READY;

  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(5);
  private static final int OUTPUT_LINES_KEPT = 50;

  private final Process process;
  private final Path directory;
  private final Thread safety;
  private final Thread output;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final Deque<String> tail = new ArrayDeque<>();

  private ServerProcess(String name, Process process, Path directory) {
    this.process = process;
    this.directory = directory;
    this.safety = new Thread(process::destroyForcibly, name + "-safety");
    this.output = new Thread(this::drain, name + "-output");
    output.setDaemon(true);
  }

  /**
   * Starts one and returns when it listens.
   *
   * @param name of its threads, and of the server in errors
   * @param directory is deleted in the end
   * @throws IllegalStateException if it does not listen within a minute; the message holds the end
   *     of its output
   */
  static ServerProcess start(String name, Path directory, ProcessBuilder builder)
      throws IOException {
    ServerProcess server =
        new ServerProcess(name, builder.redirectErrorStream(true).start(), directory);
    Runtime.getRuntime().addShutdownHook(server.safety);
    server.output.start();
    boolean started = false;
    try {
      server.port.get(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      started = true;
      return server;
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "the " + name + " did not listen within " + START_DEADLINE + server.text(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the " + name + " started", e);
    } finally {
      if (!started) {
        server.close();
      }
    }
  }

  /** The port where it listens on 127.0.0.1. */
  int port() {
    return port.join();
  }

  /** Stops it and deletes its directory. Closing again does nothing. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(safety);
    } catch (IllegalStateException alreadyShuttingDown) {
      // The hook stops the process.
    }
    process.destroy();
    boolean interrupted = false;
    try {
      if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
      output.join(STOP_DEADLINE.toMillis());
    } catch (InterruptedException e) {
      process.destroyForcibly();
      interrupted = true;
    }
    try {
      delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void drain() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(READY)) {
          port.complete(Integer.valueOf(line.substring(READY.length())));
        }
        synchronized (tail) {
          if (tail.size() == OUTPUT_LINES_KEPT) {
            tail.removeFirst();
          }
          tail.addLast(line);
        }
      }
      port.completeExceptionally(new IOException("the process ended"));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  private String text() {
    synchronized (tail) {
      return "; its output:\n" + String.join("\n", tail);
    }
  }

  static void delete(Path directory) throws IOException {
    List<Path> deepestLast;
    try (Stream<Path> paths = Files.walk(directory)) {
      deepestLast = paths.toList();
    } catch (NoSuchFileException alreadyClosed) {
      return;
    }
    for (int i = deepestLast.size() - 1; i >= 0; i--) {
      Files.deleteIfExists(deepestLast.get(i));
    }
  }
}
