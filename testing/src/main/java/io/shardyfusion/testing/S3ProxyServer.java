package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.cluster.process.JvmLaunch;
import io.shardyfusion.cluster.s3.S3ProxyMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * S3Proxy in a JVM of its own, over a temporary directory.
 *
 * <p>Requests must be signed, those to an {@linkplain #startOpen() open} server excepted; others
 * are answered 403. Any region will do. Writes of one object are served one after the other (see
 * {@link S3ProxyMain}).
 */
public final class S3ProxyServer implements S3Server {

  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(60);

  private final ServerProcess process;
  private final Path directory;

  private S3ProxyServer(ServerProcess process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /**
   * Starts a server and returns when it answers.
   *
   * @throws IllegalStateException if the server's jar is not there, or if the server does not
   *     answer within a minute; the message holds the end of its output
   */
  public static S3ProxyServer start() {
    return start(S3ProxyMain.SIGNED);
  }

  /**
   * Starts a server that serves every request, whether and however it is signed: for tests that
   * change requests on their way, such as {@link Fault#withoutHeaders}.
   *
   * @throws IllegalStateException as {@link #start()}
   */
  public static S3ProxyServer startOpen() {
    return start(S3ProxyMain.OPEN);
  }

  private static S3ProxyServer start(String authorization) {
    Path jar = jar();
    try {
      Path directory = Files.createTempDirectory("s3-server-");
      ServerProcess process =
          ServerProcess.start("S3Proxy", directory, command(jar, directory, authorization));
      S3ProxyServer server = new S3ProxyServer(process, directory);
      Files.createDirectory(server.bucketDirectory());
      requireAnswer(process.port());
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + process.port());
  }

  @Override
  public String accessKey() {
    return S3ProxyMain.ACCESS_KEY;
  }

  @Override
  public String secretKey() {
    return S3ProxyMain.SECRET_KEY;
  }

  /** The directory of the bucket's objects as files, so that a test can damage one. */
  public Path bucketDirectory() {
    return directory.resolve(bucket());
  }

  @Override
  public void close() {
    process.close();
  }

  private static Path jar() {
    String root = System.getProperty("shardyfusion.root");
    Path start = root == null ? Path.of("").toAbsolutePath() : Path.of(root);
    for (Path at = start; at != null; at = at.getParent()) {
      Path jar = at.resolve("cluster/target/servers/s3proxy.jar");
      if (Files.isRegularFile(jar)) {
        return jar;
      }
    }
    throw new IllegalStateException(
        "no cluster/target/servers/s3proxy.jar in "
            + start
            + " or above: build the module shardyfusion-cluster, or set the system property"
            + " shardyfusion.root to the project's root");
  }

  private static ProcessBuilder command(Path jar, Path directory, String authorization) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ProcessBuilder(
        List.of(
            java.toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            jar + System.getProperty("path.separator") + JvmLaunch.ourClasses(),
            S3ProxyMain.class.getName(),
            directory.toString(),
            authorization));
  }

  private static void requireAnswer(int port) throws IOException {
    try (Socket socket = new Socket()) {
      int millis = Math.toIntExact(ANSWER_DEADLINE.toMillis());
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
}
