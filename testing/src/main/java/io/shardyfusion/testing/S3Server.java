package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
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
 * An S3 server for tests: S3Proxy in a JVM of its own, on a free port of 127.0.0.1, over a
 * temporary directory that holds one bucket.
 *
 * <p>Requests must be signed (path style) with {@link #accessKey()} and {@link #secretKey()};
 * others are answered 403. Conditional requests work as on S3, and are atomic: {@code PUT} with
 * {@code If-None-Match: *} or {@code If-Match}, {@code DELETE} with {@code If-Match}, {@code GET}
 * with {@code If-None-Match} or {@code If-Match}. Writes of one object are served one after the
 * other (see {@link S3ProxyMain}).
 *
 * <p>Starting takes about a second, so share one between tests and keep them apart by prefix. Safe
 * for use by many threads. {@link #close()} stops the process and deletes the directory; the
 * process also ends when this JVM does, however it ends.
 */
public final class S3Server implements AutoCloseable {

  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(5);
  private static final int OUTPUT_LINES_KEPT = 50;

  private final Process process;
  private final Thread output;
  private final Thread safety;
  private final Path directory;
  private final URI endpoint;

  private S3Server(Process process, Thread output, Thread safety, Path directory, URI endpoint) {
    this.process = process;
    this.output = output;
    this.safety = safety;
    this.directory = directory;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server and returns when it answers.
   *
   * @throws IllegalStateException if the server's jar is not there, or if the server does not
   *     answer within a minute; the message holds the end of its output
   */
  public static S3Server start() {
    return start(S3ProxyMain.SIGNED);
  }

  /**
   * Starts a server that serves every request, whether and however it is signed: for tests that
   * change requests on their way, such as {@link Fault#withoutHeaders}.
   *
   * @throws IllegalStateException as {@link #start()}
   */
  public static S3Server startOpen() {
    return start(S3ProxyMain.OPEN);
  }

  private static S3Server start(String authorization) {
    Path jar = jar();
    Path directory;
    Process process;
    try {
      directory = Files.createTempDirectory("s3-server-");
      Files.createDirectory(directory.resolve(bucketName()));
      process = launch(jar, directory, authorization);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread safety = new Thread(process::destroyForcibly, "s3-server-safety");
    Runtime.getRuntime().addShutdownHook(safety);
    CompletableFuture<Integer> port = new CompletableFuture<>();
    Deque<String> tail = new ArrayDeque<>();
    Thread output = new Thread(() -> drain(process, port, tail), "s3-server-output");
    output.setDaemon(true);
    output.start();
    boolean started = false;
    try {
      int listening = port.get(START_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      requireAnswer(listening);
      URI endpoint = URI.create("http://127.0.0.1:" + listening);
      S3Server server = new S3Server(process, output, safety, directory, endpoint);
      started = true;
      return server;
    } catch (ExecutionException | TimeoutException | IOException e) {
      throw new IllegalStateException(
          "the S3 server did not answer within " + START_DEADLINE + "; its output:\n" + text(tail),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the S3 server started", e);
    } finally {
      if (!started) {
        stop(process, output, safety, directory);
      }
    }
  }

  /** The server's address, {@code http://127.0.0.1:port}. Use path-style access. */
  public URI endpoint() {
    return endpoint;
  }

  /** The one access key it knows. */
  public String accessKey() {
    return S3ProxyMain.ACCESS_KEY;
  }

  /** The secret of {@link #accessKey()}. */
  public String secretKey() {
    return S3ProxyMain.SECRET_KEY;
  }

  /** The region to sign for; the server accepts any. */
  public String region() {
    return "us-east-1";
  }

  /** The bucket, which exists and starts empty. */
  public String bucket() {
    return bucketName();
  }

  /** Where the bucket's objects lie as files, so that a test can damage one. */
  public Path bucketDirectory() {
    return directory.resolve(bucketName());
  }

  /** Stops the process and deletes its files. Closing again does nothing. */
  @Override
  public void close() {
    stop(process, output, safety, directory);
  }

  private static String bucketName() {
    return "shardyfusion";
  }

  private static Path jar() {
    String root = System.getProperty("shardyfusion.root");
    Path start = root == null ? Path.of("").toAbsolutePath() : Path.of(root);
    for (Path at = start; at != null; at = at.getParent()) {
      Path jar = at.resolve("testing/target/servers/s3proxy.jar");
      if (Files.isRegularFile(jar)) {
        return jar;
      }
    }
    throw new IllegalStateException(
        "no testing/target/servers/s3proxy.jar in "
            + start
            + " or above: build the module shardyfusion-testing, or set the system property"
            + " shardyfusion.root to the project's root");
  }

  private static Process launch(Path jar, Path directory, String authorization) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path classes;
    try {
      classes = Path.of(S3Server.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    return new ProcessBuilder(
            List.of(
                java.toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                jar + System.getProperty("path.separator") + classes,
                S3ProxyMain.class.getName(),
                directory.toString(),
                authorization))
        .redirectErrorStream(true)
        .start();
  }

  private static void drain(Process process, CompletableFuture<Integer> port, Deque<String> tail) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(S3ProxyMain.READY)) {
          port.complete(Integer.valueOf(line.substring(S3ProxyMain.READY.length())));
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

  private static String text(Deque<String> tail) {
    synchronized (tail) {
      return String.join("\n", tail);
    }
  }

  private static void requireAnswer(int port) throws IOException {
    try (Socket socket = new Socket()) {
      int millis = Math.toIntExact(START_DEADLINE.toMillis());
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), millis);
      socket.setSoTimeout(millis);
      socket.getOutputStream().write("GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".getBytes(UTF_8));
      @Nullable String status =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
      if (status == null || !status.startsWith("HTTP/")) {
        throw new IOException("expected an HTTP status line, found " + status);
      }
    }
  }

  private static void stop(Process process, Thread output, Thread safety, Path directory) {
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
