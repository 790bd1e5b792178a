package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
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
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker for tests: one node that is broker and controller (KRaft), in a JVM of its own, on
 * free ports of 127.0.0.1, over a temporary directory. Topics are not created by themselves; {@link
 * KafkaTopics} does.
 *
 * <p>Starting takes about three seconds, so share one between tests and keep them apart by topic.
 * {@link #close()} kills the process and deletes the directory; the process also ends when this JVM
 * does, however it ends. Used by one thread.
 */
public final class KafkaServer implements AutoCloseable {

  private static final Duration START_DEADLINE = Duration.ofSeconds(90);
  private static final int OUTPUT_LINES_KEPT = 50;

  /** Another process may take a port between its choice and its use. */
  private static final int START_TRIES = 3;

  private final Path directory;
  private final Path classPath;
  private final int port;
  private @Nullable Running running;

  /** A process, who reads its output, and who kills it when this JVM ends in an orderly way. */
  private record Running(Process process, Thread output, Thread safety) {}

  private KafkaServer(Path directory, Path classPath, int port) {
    this.directory = directory;
    this.classPath = classPath;
    this.port = port;
  }

  /**
   * Starts a broker and returns when it answers.
   *
   * @throws IllegalStateException if the broker's jars are not there, or if it does not answer
   *     within a minute and a half; the message holds the end of its output
   */
  public static KafkaServer start() {
    Path classPath = jars();
    for (int attempt = 1; ; attempt++) {
      KafkaServer server = null;
      try {
        int[] ports = freePorts();
        Path directory = Files.createTempDirectory("kafka-server-");
        server = new KafkaServer(directory, classPath, ports[0]);
        server.configure(ports[1]);
        server.launch();
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (IllegalStateException e) {
        if (server != null) {
          server.close();
        }
        if (attempt == START_TRIES || !String.valueOf(e.getMessage()).contains("BindException")) {
          throw e;
        }
      }
    }
  }

  /** The broker's address, {@code 127.0.0.1:port}. It stays the same over restarts. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Kills the process, as a machine that fails would, and waits until it is gone. */
  public void kill() {
    Running killed = running;
    running = null;
    if (killed == null) {
      return;
    }
    try {
      Runtime.getRuntime().removeShutdownHook(killed.safety());
    } catch (IllegalStateException alreadyShuttingDown) {
      // The hook kills the process.
    }
    killed.process().destroyForcibly();
    boolean interrupted = false;
    while (true) {
      try {
        killed.process().waitFor();
        killed.output().join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Kills the process if it runs, and starts it again over the same data and on the same ports. */
  public void restart() {
    kill();
    try {
      launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills the process and deletes its files. Closing again does nothing. */
  @Override
  public void close() {
    kill();
    try {
      delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void configure(int controllerPort) throws IOException {
    String controller = "127.0.0.1:" + controllerPort;
    Files.writeString(
        directory.resolve("server.properties"),
        String.join(
            "\n",
            "process.roles=broker,controller",
            "node.id=1",
            "controller.quorum.voters=1@" + controller,
            "controller.listener.names=CONTROLLER",
            "listeners=PLAINTEXT://" + bootstrapServers() + ",CONTROLLER://" + controller,
            "advertised.listeners=PLAINTEXT://" + bootstrapServers(),
            "log.dirs=" + directory.resolve("data").toString().replace("\\", "\\\\"),
            "auto.create.topics.enable=false",
            // A killed broker is fenced that long before it can come back.
            "broker.session.timeout.ms=1000",
            "broker.heartbeat.interval.ms=200",
            "group.initial.rebalance.delay.ms=0",
            "offsets.topic.num.partitions=1",
            "offsets.topic.replication.factor=1",
            "transaction.state.log.num.partitions=1",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "share.coordinator.state.topic.num.partitions=1",
            "share.coordinator.state.topic.replication.factor=1",
            "share.coordinator.state.topic.min.isr=1",
            "log.cleaner.dedupe.buffer.size=2097152",
            "num.network.threads=2",
            "num.io.threads=2",
            ""));
    Files.writeString(
        directory.resolve("logback.xml"),
        "<configuration><appender name='OUT' class='ch.qos.logback.core.ConsoleAppender'><encoder>"
            + "<pattern>%d{HH:mm:ss} %-5level %logger{20} - %msg%n</pattern></encoder></appender>"
            + "<root level='WARN'><appender-ref ref='OUT'/></root></configuration>\n");
  }

  private void launch() throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Dlogback.configurationFile=" + directory.resolve("logback.xml"),
                    "-cp",
                    classPath + File.separator + "*" + File.pathSeparator + ownClasses(),
                    KafkaMain.class.getName(),
                    directory.resolve("server.properties").toString()))
            .redirectErrorStream(true)
            .start();
    Thread safety = new Thread(process::destroyForcibly, "kafka-server-safety");
    Runtime.getRuntime().addShutdownHook(safety);
    CompletableFuture<Void> ready = new CompletableFuture<>();
    Deque<String> tail = new ArrayDeque<>();
    Thread output = new Thread(() -> drain(process, ready, tail), "kafka-server-output");
    output.setDaemon(true);
    output.start();
    running = new Running(process, output, safety);
    boolean started = false;
    try {
      ready.get(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      started = true;
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "the Kafka broker did not answer within "
              + START_DEADLINE
              + "; its output:\n"
              + text(tail),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the Kafka broker started", e);
    } finally {
      if (!started) {
        kill();
      }
    }
  }

  private static int[] freePorts() throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (ServerSocket broker = new ServerSocket(0, 1, loopback);
        ServerSocket controller = new ServerSocket(0, 1, loopback)) {
      return new int[] {broker.getLocalPort(), controller.getLocalPort()};
    }
  }

  private static Path jars() {
    String root = System.getProperty("shardyfusion.root");
    Path start = root == null ? Path.of("").toAbsolutePath() : Path.of(root);
    for (Path at = start; at != null; at = at.getParent()) {
      Path jars = at.resolve("testing/target/servers/kafka");
      if (Files.isDirectory(jars)) {
        return jars;
      }
    }
    throw new IllegalStateException(
        "no testing/target/servers/kafka in "
            + start
            + " or above: build the module shardyfusion-testing, or set the system property"
            + " shardyfusion.root to the project's root");
  }

  private static Path ownClasses() throws IOException {
    try {
      return Path.of(KafkaServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static void drain(Process process, CompletableFuture<Void> ready, Deque<String> tail) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(KafkaMain.READY)) {
          ready.complete(null);
        }
        synchronized (tail) {
          if (tail.size() == OUTPUT_LINES_KEPT) {
            tail.removeFirst();
          }
          tail.addLast(line);
        }
      }
      ready.completeExceptionally(new IOException("the process ended"));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  private static String text(Deque<String> tail) {
    synchronized (tail) {
      return String.join("\n", tail);
    }
  }

  private static void delete(Path directory) throws IOException {
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
