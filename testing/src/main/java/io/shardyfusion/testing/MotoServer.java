package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opentest4j.TestAbortedException;

/**
 * S3 as moto implements it, in a process of Python, in memory: an implementation that has nothing
 * in common with {@link S3ProxyServer}. Requests are served one after the other.
 *
 * <p>moto comes from an index of Python packages, once, into the root's {@code target}. Where there
 * is no {@code python3} with pip, or no index, tests are skipped and say so; with the system
 * property {@value #PROPERTY} at {@code required}, they fail.
 */
public final class MotoServer implements S3Server {

  /** Set to {@code required}, it leaves no test out. */
  static final String PROPERTY = "shardyfusion.moto";

  private static final String VERSION = "5.2.5";
  private static final String ADMINISTRATOR = "administrator";
  private static final String EVERYTHING =
      """
      {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
      """;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ServerProcess process;

  private MotoServer(ServerProcess process) {
    this.process = process;
  }

  /**
   * Starts a server that serves every request, whether and however it is signed.
   *
   * @throws TestAbortedException where moto cannot be had
   * @throws IllegalStateException if the server does not answer within a minute; the message holds
   *     the end of its output
   */
  public static MotoServer start() {
    return launch(Map.of());
  }

  /**
   * Starts a server that checks signatures, and what each user may do. As on S3, deleting many
   * objects needs the right for each of them, a write with tags needs {@code s3:PutObjectTagging},
   * and who may not list a missing object's key is told that access is denied.
   *
   * @param policies of each user, as IAM's JSON; what none allows is denied. Conditions may ask for
   *     {@code s3:prefix}, {@code s3:if-match}, {@code s3:if-none-match} and {@code
   *     aws:SecureTransport}
   * @throws TestAbortedException where moto cannot be had
   * @throws IllegalStateException as {@link #start()}
   */
  public static MotoServer startWithUsers(Map<String, List<String>> policies) {
    Map<String, List<String>> all = new LinkedHashMap<>(policies);
    all.put(ADMINISTRATOR, List.of(EVERYTHING));
    return launch(all);
  }

  private static MotoServer launch(Map<String, List<String>> policies) {
    Path packages = packages();
    try {
      Path directory = Files.createTempDirectory("moto-server-");
      Path script = Files.writeString(directory.resolve("server.py"), resource("server.py"));
      Files.writeString(directory.resolve("rights.py"), resource("rights.py"));
      Path settings = directory.resolve("settings.json");
      Map<String, Object> users = new LinkedHashMap<>();
      policies.forEach(
          (name, theirs) ->
              users.put(
                  name,
                  Map.of(
                      "accessKey", accessKey(name),
                      "secretKey", secretKey(name),
                      "policies", theirs)));
      ProcessBuilder python =
          new ProcessBuilder("python3", "-s", script.toString(), settings.toString());
      python.environment().put("PYTHONPATH", packages.toString());
      python.environment().keySet().removeIf(name -> name.startsWith("MOTO_"));
      JSON.writeValue(settings.toFile(), Map.of("bucket", "shardyfusion", "users", users));
      return new MotoServer(ServerProcess.start("moto", directory, python));
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
    return accessKey(ADMINISTRATOR);
  }

  @Override
  public String secretKey() {
    return secretKey(ADMINISTRATOR);
  }

  /** The access key of a user that the server was started with. */
  public static String accessKey(String user) {
    return "AKIA-" + user;
  }

  /** The secret of {@link #accessKey(String)}. */
  public static String secretKey(String user) {
    return "secret-of-" + user;
  }

  /** Makes objects, each with its key as content: many in no time, without a request for each. */
  public void createObjects(List<String> keys) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(endpoint().resolve("/create-objects"))
              .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(keys)))
              .build();
      int status = HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
      if (status != 204) {
        throw new IllegalStateException("expected 204 of moto, found " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.close();
  }

  private static Path packages() {
    String root = System.getProperty("shardyfusion.root", "");
    try {
      return PythonPackages.install(
          Path.of(root).toAbsolutePath().resolve("target"),
          "moto-" + VERSION,
          resource("requirements.txt"));
    } catch (IOException e) {
      String reason = "moto's S3 server cannot be had: " + e.getMessage();
      if (System.getProperty(PROPERTY, "").equals("required")) {
        throw new IllegalStateException(reason, e);
      }
      System.getLogger(MotoServer.class.getName())
          .log(System.Logger.Level.WARNING, reason + "; tests on it are skipped");
      throw new TestAbortedException(reason, e);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = MotoServer.class.getResourceAsStream("moto/" + name)) {
      if (in == null) {
        throw new IOException("no resource moto/" + name);
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
