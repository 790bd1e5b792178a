package io.shardyfusion.cli;

import static io.shardyfusion.testing.ProxiedRequest.any;
import static io.shardyfusion.testing.ProxiedRequest.method;
import static io.shardyfusion.testing.ProxiedRequest.object;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.cli.Invocation.Result;
import io.shardyfusion.testing.Fault;
import io.shardyfusion.testing.FaultProxy;
import io.shardyfusion.testing.FaultRule;
import io.shardyfusion.testing.ProxiedRequest;
import io.shardyfusion.testing.S3ProxyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a store may do to a run or a lookup: what can be helped is not noticed, anything else is one
 * clear message, exit code 3, and the dataset as it was.
 */
final class ObjectStorageFaultsIT {

  private static final Predicate<ProxiedRequest> A_TABLE_FILE =
      request -> request.path().contains("/files/");

  private static S3ProxyServer server;
  private static int datasets;

  @TempDir private Path directory;

  private FaultProxy proxy;
  private String dataset;

  @BeforeAll
  static void start() {
    server = S3ProxyServer.startOpen();
    System.setProperty("aws.accessKeyId", server.accessKey());
    System.setProperty("aws.secretAccessKey", server.secretKey());
  }

  @AfterAll
  static void stop() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    server.close();
  }

  @BeforeEach
  void connect() {
    proxy = FaultProxy.to(server.endpoint());
    // Odd, but a prefix like any other.
    dataset = "s3://" + server.bucket() + "/a b+c%20d&e'f-" + datasets++;
  }

  @AfterEach
  void disconnect() {
    proxy.close();
  }

  @ParameterizedTest
  @CsvSource({
    "400, ExpiredToken, the credentials have expired",
    "403, AccessDenied, access denied",
    "403, RequestTimeTooSkewed, clock",
    "301, PermanentRedirect, StoreOptions.s3Region is --s3-region"
  })
  void aRefusalInMidRunIsToldAndNothingIsLost(int status, String code, String message)
      throws IOException {
    published("first");
    FaultRule rule = proxy.always(method("PUT").and(A_TABLE_FILE), Fault.answer(status, code));
    String told = run("second").failed(3).err();
    assertThat(rule.fired()).isPositive();
    assertThat(told).contains(dataset, proxy.endpoint().toString(), message).hasLineCount(1);
    proxy.heal();
    assertServes(1, "first");
    published("second");
    assertServes(2, "second");
  }

  @Test
  void burstsOfServerFailuresAndLostConnectionsAreNotNoticed() throws IOException {
    List<FaultRule> rules = new ArrayList<>();
    rules.add(proxy.times(3, method("PUT").and(A_TABLE_FILE), Fault.answer(503, "SlowDown")));
    rules.add(proxy.once(object("PUT", ".json"), Fault.answer(500, "InternalError")));
    rules.add(proxy.once(object("PUT", ".json"), Fault.answer(429, "TooManyRequests")));
    rules.add(proxy.once(object("PUT", ".json"), Fault.dropRequest()));
    rules.add(proxy.once(method("PUT").and(A_TABLE_FILE), Fault.dropResponse()));
    published("first");
    rules.add(proxy.once(method("GET").and(A_TABLE_FILE), Fault.answer(503, "SlowDown")));
    rules.add(proxy.once(method("GET").and(A_TABLE_FILE), Fault.cutBodyAfter(100)));
    rules.add(proxy.once(object("GET", ".json"), Fault.cutBodyAfter(50)));
    rules.add(proxy.once(object("GET", "/_CURRENT"), Fault.dropResponse()));
    assertServes(1, "first");
    assertThat(rules).extracting(FaultRule::fired).containsExactly(3, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  @Test
  void aPointerWhoseAnswerIsLostIsAnnouncedOnce() throws IOException {
    published("first");
    FaultRule lost = proxy.once(object("PUT", "/_CURRENT"), Fault.dropResponse());
    published("second");
    assertThat(lost.fired()).isEqualTo(1);
    List<FaultRule> refused =
        List.of(
            proxy.times(3, object("PUT", "/_CURRENT"), Fault.answer(503, "SlowDown")),
            proxy.times(2, object("PUT", "/_CURRENT"), Fault.answer(429, "TooManyRequests")),
            proxy.once(object("PUT", "/_CURRENT"), Fault.answer(403, "RequestTimeTooSkewed")));
    published("third");
    assertThat(refused).extracting(FaultRule::fired).containsExactly(3, 2, 1);
    assertThat(shardy("history", "-o", "jsonl").succeeded().out()).hasLineCount(3);
    assertServes(3, "third");
  }

  @Test
  void aStoreThatIgnoresConditionsIsWrittenToOnlyWhereThatIsAllowed() throws IOException {
    proxy.always(any(), Fault.withoutHeaders("If-Match", "If-None-Match"));
    assertThat(run("first").failed(2).err())
        .contains(dataset, "cannot be fenced", "--allow-unfenced");
    assertThat(proxy.exchanges(object("PUT", "/_CURRENT"))).isEmpty();
    for (String text : List.of("first", "second")) {
      assertThat(run(text, "--allow-unfenced").code()).isZero();
    }
    assertServes(2, "second");
  }

  @Test
  void aLookupThatCannotBeAnsweredSaysWhy() throws IOException {
    published("first");
    FaultRule cut = proxy.always(method("GET").and(A_TABLE_FILE), Fault.cutBodyAfter(100));
    assertThat(lookUp().failed(3).err()).contains(dataset + "/files/").hasLineCount(1);
    assertThat(cut.fired()).isGreaterThan(1);
    proxy.heal();
    proxy.always(any(), Fault.answer(400, "ExpiredToken"));
    assertThat(lookUp().failed(3).err())
        .contains(dataset, "the credentials have expired")
        .hasLineCount(1);
    proxy.heal();
    assertServes(1, "first");
  }

  private void published(String text) throws IOException {
    Result run = run(text);
    assertThat(run.code()).as(run.err()).isZero();
  }

  private Result run(String text, String... options) throws IOException {
    Path rows = directory.resolve("rows.jsonl");
    Files.writeString(rows, "{\"id\":1,\"text\":\"" + text + "\"}\n");
    List<String> all = new ArrayList<>(List.of("run", "--input", rows.toString(), "--key", "id"));
    all.addAll(List.of("--shards", "1", "--parallelism", "1"));
    all.addAll(List.of(options));
    return shardy(all.toArray(String[]::new));
  }

  private Result lookUp() throws IOException {
    Path cache = Files.createTempDirectory(directory, "cache-");
    return shardy("get", "1", "-o", "json", "--cache", cache.toString());
  }

  private void assertServes(long version, String text) throws IOException {
    var found = lookUp().succeeded().json();
    assertThat(found.get("version").asLong()).isEqualTo(version);
    assertThat(found.get("value").asText()).contains(text);
  }

  private Result shardy(String... command) {
    List<String> all = new ArrayList<>(Arrays.asList(command));
    all.addAll(List.of("-d", dataset, "--s3-endpoint", proxy.endpoint().toString()));
    all.addAll(List.of("--s3-region", server.region(), "--s3-path-style"));
    return Invocation.run(all.toArray(String[]::new));
  }
}
