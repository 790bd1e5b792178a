package io.shardyfusion.cli.cloudcheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/cloud-check} as a process of its own, beside an S3 server. */
abstract class CloudCheckProcessTest {

  static final Duration DEADLINE = Duration.ofMinutes(3);
  static final String PREFIX = "teams/search";

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));

  static S3Server server;

  @TempDir Path directory;

  @BeforeAll
  static void startServer() {
    server = S3Server.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  /** How a process ended, and what it wrote. */
  record Ended(int code, String out, String err) {}

  Ended check(URI endpoint, String accessKey, String secretKey, String... arguments)
      throws IOException, InterruptedException {
    return ended(start(endpoint, accessKey, secretKey, arguments));
  }

  /** Waits for the end of {@code process}. */
  Ended ended(Process process) throws IOException, InterruptedException {
    try {
      assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(
        process.exitValue(),
        Files.readString(directory.resolve("out")),
        Files.readString(directory.resolve("err")));
  }

  Process start(URI endpoint, String accessKey, String secretKey, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("bin/cloud-check").toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--s3-endpoint=" + endpoint, "--s3-path-style"));
    return started(
        command,
        accessKey.isEmpty()
            ? Map.of()
            : Map.of("AWS_ACCESS_KEY_ID", accessKey, "AWS_SECRET_ACCESS_KEY", secretKey));
  }

  Process started(List<String> command, Map<String, String> more) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("JAVA_"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put(
        "SHARDY_JAVA_OPTS",
        "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.io.tmpdir="
            + directory
            + " -Duser.home="
            + directory);
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    environment.putAll(more);
    return builder.start();
  }

  /** The keys of all objects of the bucket. */
  static List<String> left(S3Server of) {
    try (ObjectStore store = open(of, "");
        Stream<ObjectInfo> objects = store.list("")) {
      return objects.map(ObjectInfo::key).toList();
    }
  }

  /** A store on the server's bucket, below {@code prefix}. The caller closes it. */
  static ObjectStore open(S3Server of, String prefix) {
    return ObjectStores.open(
        "s3://" + of.bucket() + "/" + prefix,
        StoreOptions.builder()
            .s3Endpoint(of.endpoint())
            .s3Region(of.region())
            .s3PathStyle(true)
            .s3Credentials(S3Credentials.keys(of.accessKey(), of.secretKey()))
            .build());
  }
}
