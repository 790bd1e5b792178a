package io.shardyfusion.benchmarks;

import static io.shardyfusion.testing.ProxiedRequest.method;
import static io.shardyfusion.testing.ProxiedRequest.parameter;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.Fault;
import io.shardyfusion.testing.FaultProxy;
import io.shardyfusion.testing.FaultRule;
import io.shardyfusion.testing.MotoServer;
import io.shardyfusion.testing.ProxiedRequest;
import io.shardyfusion.testing.S3ProxyServer;
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
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/cloud-check} as a process of its own, against two S3 servers. */
class CloudCheckIT {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final String PREFIX = "teams/search";

  private static final Fault SHORT_FAILURE = Fault.answer(500, "InternalError");

  private static S3Server server;

  @TempDir private Path directory;

  @BeforeAll
  static void startServer() {
    server = S3Server.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  /** How a process ended, and what it wrote. */
  private record Ended(int code, String out, String err) {}

  /** The prefix is one that shell, URI and S3 each have their own rules for. */
  @Test
  void everyCellIsFilledEveryTargetIsMetAndNothingIsLeft() throws Exception {
    Path json = directory.resolve("check.json");

    Ended ended =
        check(
            server.endpoint(),
            server.accessKey(),
            server.secretKey(),
            "s3://" + server.bucket() + "/teams/se arch%",
            "--rows=2000",
            "--shards=2,3",
            "--seconds=1",
            "--json=" + json);

    assertThat(ended.code()).as(ended.err() + ended.out()).isZero();
    assertFilled(ended.out());
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.get("ok").booleanValue()).isTrue();
    for (String shards : List.of("2", "3")) {
      JsonNode figures = report.get("results").get(shards);
      assertThat(figures.get("write_puts").intValue())
          .isLessThanOrEqualTo(2 * Integer.parseInt(shards) + 6);
      assertThat(figures.get("prefetch_gets").intValue())
          .as("the pointer, the manifest, and of each shard a descriptor and a file")
          .isEqualTo(2 + 2 * Integer.parseInt(shards));
      assertThat(figures.get("refresh_gets").intValue()).isEqualTo(2 + 2);
      assertThat(figures.get("idle_refresh_gets").intValue()).isEqualTo(1);
      assertThat(figures.get("refresh_errors").intValue()).isZero();
      assertThat(figures.get("verified_rows").intValue()).isEqualTo(4000);
      assertThat(figures.get("wrong_rows").intValue()).isZero();
      assertThat(report.get("verdicts").get(shards)).hasSize(7);
    }
    assertThat(left(server)).isEmpty();
  }

  @Test
  void whatIsRepeatedMissesNoTargetAndWhatFailsHidesNothingThatWasFound() throws Exception {
    Path json = directory.resolve("check.json");
    try (FaultProxy proxy = FaultProxy.to(server.endpoint())) {
      FaultRule put = proxy.once(path("PUT", "/shards-2/files/"), SHORT_FAILURE);
      Predicate<ProxiedRequest> download = path("GET", "/shards-2/files/");
      // Three cold gets come first, of which no number is asked for.
      FaultRule get =
          proxy.once(download.and(r -> proxy.exchanges(download).size() > 3), SHORT_FAILURE);
      FaultRule idle =
          proxy.once(
              path("GET", "/shards-2/_CURRENT").and(r -> r.header("if-none-match").isPresent()),
              SHORT_FAILURE);
      proxy.always(path("PUT", "/shards-3/files/"), Fault.answer(400, "ExpiredToken"));

      Ended ended =
          check(
              proxy.endpoint(),
              server.accessKey(),
              server.secretKey(),
              "s3://" + server.bucket() + "/" + PREFIX,
              "--rows=2000",
              "--shards=2,3",
              "--seconds=1",
              "--json=" + json);

      assertThat(ended.code()).as(ended.err() + ended.out()).isEqualTo(3);
      assertThat(List.of(put.fired(), get.fired(), idle.fired())).containsOnly(1);
      assertThat(ended.err()).contains("deleted").doesNotContain("\tat ");
      assertThat(ended.out())
          .contains("write_puts ", "Not all targets were met.")
          .containsPattern("FAILED everything could be done: could not .*expired");
      JsonNode report = new ObjectMapper().readTree(json.toFile());
      assertThat(report.get("ok").booleanValue()).isFalse();
      assertThat(report.get("verdicts").get("2"))
          .hasSize(7)
          .allMatch(verdict -> verdict.get("ok").booleanValue());
      JsonNode figures = report.get("results").get("2");
      assertThat(figures.get("idle_refresh_gets").intValue()).isEqualTo(1);
      assertThat(figures.get("wrong_rows").intValue()).isZero();
      assertThat(report.get("verdicts").get("3")).hasSize(1);
      assertThat(left(server)).isEmpty();
    }
  }

  @Test
  void whatCannotBeDeletedIsNamedAndFailsTheCheck() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(server.endpoint())) {
      // The deletions that are tried come before.
      proxy.always(
          parameter("delete")
              .and(r -> !proxy.exchanges(path("PUT", "/shards-1/manifests/")).isEmpty()),
          Fault.answer(403, "AccessDenied"));

      Ended ended =
          check(
              proxy.endpoint(),
              server.accessKey(),
              server.secretKey(),
              "s3://" + server.bucket() + "/" + PREFIX,
              "--rows=100",
              "--shards=1",
              "--seconds=1");

      assertThat(ended.out()).contains("All targets were met.");
      assertThat(ended.err())
          .contains("could not delete everything below s3://", "access denied")
          .doesNotContain("\tat ");
      assertThat(ended.code()).isEqualTo(3);
      assertThat(left(server)).isNotEmpty();
    } finally {
      try (ObjectStore store = BenchStore.open(server, "")) {
        store.delete(left(server));
      }
    }
  }

  private static Predicate<ProxiedRequest> path(String method, String part) {
    return method(method).and(request -> request.path().contains(part));
  }

  @Test
  void theRightsOfItsPolicyAreEnough() throws Exception {
    String policy =
        Files.readString(ROOT.resolve("docs/deploy/iam/cloud-check.json"))
            .replace("BUCKET", "shardyfusion")
            .replace("PREFIX", PREFIX);
    try (MotoServer moto = MotoServer.startWithUsers(Map.of("checker", List.of(policy)))) {
      Ended ended =
          check(
              moto.endpoint(),
              MotoServer.accessKey("checker"),
              MotoServer.secretKey("checker"),
              "s3://" + moto.bucket() + "/" + PREFIX + "/",
              "--rows=2000",
              "--shards=2",
              "--seconds=1",
              "--output=jsonl");

      assertThat(ended.code()).as(ended.err() + ended.out()).isZero();
      assertThat(new ObjectMapper().readTree(ended.out()).get("ok").booleanValue()).isTrue();
      assertThat(left(moto)).isEmpty();
    }
  }

  @Test
  void toldToEndInMidWriteItDeletesWhatItWrote() throws Exception {
    String other = "other/object";
    try (ObjectStore store = BenchStore.open(server, PREFIX)) {
      store.write(other, new byte[1]);
    }
    Process process =
        start(
            server.endpoint(),
            server.accessKey(),
            server.secretKey(),
            "s3://" + server.bucket() + "/" + PREFIX,
            "--rows=200000",
            "--shards=64");
    try {
      Await.until(
          "a table file is uploaded",
          DEADLINE,
          () ->
              !process.isAlive() || left(server).stream().anyMatch(key -> key.contains("/files/")));
      process.destroy();
      assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }

    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(Files.readString(directory.resolve("err"))).contains("stopping", "deleted");
    assertThat(left(server)).containsExactly(PREFIX + "/" + other);
    try (ObjectStore store = BenchStore.open(server, PREFIX)) {
      store.delete(List.of(other));
    }
  }

  @Test
  void aStoreThatIgnoresConditionsIsFoundOutAndNothingIsPublished() throws Exception {
    try (S3ProxyServer open = S3Server.startOpen();
        FaultProxy ignoring = FaultProxy.to(open.endpoint())) {
      ignoring.always(request -> true, Fault.withoutHeaders("If-Match", "If-None-Match"));

      Ended ended =
          check(
              ignoring.endpoint(),
              open.accessKey(),
              open.secretKey(),
              "s3://" + open.bucket() + "/" + PREFIX);

      assertThat(ended.code()).as(ended.err()).isEqualTo(3);
      assertThat(ended.out())
          .contains("FAILED conditional writes: ", "ignores If-None-Match", "Not all targets")
          .doesNotContain("write_puts");
      assertThat(left(open)).isEmpty();
    }
  }

  @Test
  void whatCannotWorkIsSaidInOneMessage() throws Exception {
    String bucket = "s3://" + server.bucket() + "/x";

    assertFails(check(server.endpoint(), "a", "b", "s4://bucket/x"), 2, "found the scheme 's4'");
    assertFails(check(server.endpoint(), "a", "b", bucket, "--shards=0"), 2, "must be at least 1");
    assertFails(
        check(server.endpoint(), server.accessKey(), server.secretKey(), "s3://nobucket/x"),
        3,
        "the bucket 'nobucket' does not exist");
    assertFails(
        check(server.endpoint(), server.accessKey(), "wrong", bucket),
        3,
        "the credentials were not accepted");
    assertFails(check(server.endpoint(), "", "", bucket), 3, "no credentials found");
    assertFails(check(URI.create("http://127.0.0.1:1"), "a", "b", bucket), 3, "no connection");
  }

  private static void assertFails(Ended ended, int code, String message) {
    assertThat(ended.code()).as(ended.err()).isEqualTo(code);
    assertThat(ended.err()).contains("cloud-check: ").contains(message).doesNotContain("\tat ");
    assertThat(ended.out()).isEmpty();
  }

  /** Each line of the table of figures has a name and a number for each column. */
  private static void assertFilled(String out) {
    List<String> lines = out.lines().toList();
    int head = 0;
    while (!lines.get(head).contains("2 shards")) {
      head++;
    }
    List<String> rows =
        lines.subList(head + 1, lines.size()).stream().takeWhile(line -> !line.isEmpty()).toList();
    assertThat(rows).hasSizeGreaterThan(35);
    assertThat(rows).allMatch(row -> row.matches("[a-z0-9_]+( +[0-9,]+(\\.[0-9]+)?){2}"));
    assertThat(out).contains("All targets were met.", "estimate").doesNotContain("FAILED");
  }

  private Ended check(URI endpoint, String accessKey, String secretKey, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(endpoint, accessKey, secretKey, arguments);
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

  private Process start(URI endpoint, String accessKey, String secretKey, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("bin/cloud-check").toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--s3-endpoint=" + endpoint, "--s3-path-style"));
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
    if (!accessKey.isEmpty()) {
      environment.put("AWS_ACCESS_KEY_ID", accessKey);
      environment.put("AWS_SECRET_ACCESS_KEY", secretKey);
    }
    return builder.start();
  }

  /** The keys of all objects of the bucket. */
  private static List<String> left(S3Server of) {
    try (ObjectStore store = BenchStore.open(of, "");
        Stream<ObjectInfo> objects = store.list("")) {
      return objects.map(ObjectInfo::key).toList();
    }
  }
}
