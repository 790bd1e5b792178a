package io.shardyfusion.cli.cloudcheck;

import static io.shardyfusion.testing.ProxiedRequest.method;
import static io.shardyfusion.testing.ProxiedRequest.parameter;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.Fault;
import io.shardyfusion.testing.FaultProxy;
import io.shardyfusion.testing.FaultRule;
import io.shardyfusion.testing.ProxiedRequest;
import io.shardyfusion.testing.S3ProxyServer;
import io.shardyfusion.testing.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * {@code bin/cloud-check} and servers that fail it, refuse it, or lie to it; and its end by a
 * signal.
 */
class CloudCheckFaultsIT extends CloudCheckProcessTest {

  private static final Fault SHORT_FAILURE = Fault.answer(500, "InternalError");

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
      try (ObjectStore store = open(server, "")) {
        store.delete(left(server));
      }
    }
  }

  @Test
  void toldToEndInMidWriteItDeletesWhatItWrote() throws Exception {
    String other = "other/object";
    try (ObjectStore store = open(server, PREFIX)) {
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
    try (ObjectStore store = open(server, PREFIX)) {
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

  private static Predicate<ProxiedRequest> path(String method, String part) {
    return method(method).and(request -> request.path().contains(part));
  }
}
