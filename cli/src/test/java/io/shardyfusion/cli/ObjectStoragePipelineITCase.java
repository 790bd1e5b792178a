package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.cli.ShardyProcess.Ended;
import io.shardyfusion.cli.ShardyProcess.Started;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.ExampleProcess;
import io.shardyfusion.testing.FaultProxy;
import io.shardyfusion.testing.MotoServer;
import io.shardyfusion.testing.ProxiedExchange;
import io.shardyfusion.testing.ProxiedRequest;
import io.shardyfusion.testing.S3ProxyServer;
import io.shardyfusion.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The whole way of a dataset on object storage: backfill, continuous publishing, a reader that
 * follows, cleanup. Writer and reader are processes with directories of their own; they share the
 * store and nothing else.
 */
@Timeout(240)
final class ObjectStoragePipelineITCase {

  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final long SHARDS = 4;
  private static final int MAX_KEY = 600;
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path directory;

  private final Map<Long, String> expected = new TreeMap<>();

  @Test
  void theWholeWayWorksOnS3Proxy() throws Exception {
    try (S3Server server = S3ProxyServer.start()) {
      theWholeWayWorksOn(server);
    }
  }

  @Test
  void theWholeWayWorksOnMoto() throws Exception {
    try (S3Server server = MotoServer.startWithUsers(Map.of())) {
      theWholeWayWorksOn(server);
    }
  }

  @AfterEach
  void forgetCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private void theWholeWayWorksOn(S3Server server) throws Exception {
    String dataset = "s3://" + server.bucket() + "/rows";
    Files.createDirectories(directory.resolve("writer/in"));
    Files.createDirectories(directory.resolve("reader"));
    try (FaultProxy writersWay = FaultProxy.to(server.endpoint());
        FaultProxy readersWay = FaultProxy.to(server.endpoint())) {
      ShardyProcess writer =
          new ShardyProcess(directory.resolve("writer"))
              .environment("AWS_ACCESS_KEY_ID", server.accessKey())
              .environment("AWS_SECRET_ACCESS_KEY", server.secretKey());
      String[] s3 = {
        "-d",
        dataset,
        "--s3-endpoint",
        writersWay.endpoint().toString(),
        "--s3-region",
        server.region(),
        "--s3-path-style"
      };

      backfill(writer, s3, writersWay);
      try (ExampleProcess reader = startReader(server, dataset, readersWay)) {
        URI service = URI.create(reader.await("listening on "));
        awaitServed(service, reader, 1);
        publishContinuously(writer, s3, service, reader);
        idleRefreshesAreConditionalGetsOfThePointer(readersWay);
        reader.terminate();
        assertThat(reader.exitCode()).as("SIGTERM").isEqualTo(128 + 15);
        assertThat(directory.resolve("reader/cache/open")).as("readers").isEmptyDirectory();
      }
      System.setProperty("aws.accessKeyId", server.accessKey());
      System.setProperty("aws.secretAccessKey", server.secretKey());
      anIdleRefreshIsOneRequest(server, dataset);

      Ended verified = writer.shardy(concat(s3, "verify", "--deep"));
      assertThat(verified.code()).as(verified.out() + verified.err()).isZero();
      assertThat(writersWay.exchanges(ProxiedRequest.method("DELETE")))
          .as("writers delete nothing of a dataset")
          .allMatch(each -> each.request().path().contains("/rows/.tmp/probe-"));
    }
    cleanUp(server, dataset);
  }

  private void backfill(ShardyProcess writer, String[] s3, FaultProxy writersWay) throws Exception {
    Path rows = directory.resolve("writer/rows.jsonl");
    Files.writeString(rows, lines(0, MAX_KEY, 1, "backfill"));
    Ended run =
        writer.shardy(
            concat(s3, "run", "--input", rows.toString(), "--key", "id", "--shards", "" + SHARDS));
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode result = JSON.readTree(run.out());
    assertThat(result.get("rows_written").asInt()).isEqualTo(MAX_KEY);
    long puts = result.get("puts").asLong();
    assertThat(puts).as("2 a shard, and 6").isBetween(2L, 2 * SHARDS + 6);
    assertThat(writersWay.exchanges(ProxiedRequest.method("PUT")))
        .as("puts sent")
        .hasSize((int) puts);
  }

  private void publishContinuously(
      ShardyProcess writer, String[] s3, URI service, ExampleProcess reader) throws Exception {
    String[] streaming =
        concat(
            s3,
            "run",
            "--mode",
            "streaming",
            "--input",
            directory.resolve("writer/in").toString(),
            "--key",
            "id",
            "--op-column",
            "op",
            "--delete-values",
            "delete",
            "--shards",
            "" + SHARDS,
            "--discovery-interval",
            "100ms",
            "--checkpoint-interval",
            "300ms",
            "--checkpoint-dir",
            directory.resolve("writer/checkpoints").toString(),
            "--restore",
            "auto",
            "--base",
            "current");
    try (Started run = writer.start(streaming)) {
      for (int file = 0; file < 2; file++) {
        addFile(
            "set-" + file, lines(file == 0 ? 0 : 100, MAX_KEY + 100, 3 + file, "stream " + file));
        awaitServed(service, reader, lastVersion(run, file + 1));
      }
      addFile("delete", lines(0, 500, 7, null));
      awaitServed(service, reader, lastVersion(run, 3));
      Ended ended = run.terminate();
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(ended.err()).contains("--restore auto");
    }
    addFile("while-nobody-ran", lines(500, 600, 1, "later"));
    try (Started again = writer.start(streaming)) {
      awaitServed(service, reader, lastVersion(again, 1));
      Ended ended = again.terminate();
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(ended.err()).contains("restored from");
    }
  }

  private ExampleProcess startReader(S3Server server, String dataset, FaultProxy way)
      throws IOException {
    Path home = directory.resolve("reader");
    return ExampleProcess.start(
        ShardedReader.class,
        home,
        "LookupService.java",
        Map.of(
            "AWS_ACCESS_KEY_ID", server.accessKey(),
            "AWS_SECRET_ACCESS_KEY", server.secretKey(),
            "AWS_REGION", server.region(),
            "AWS_ENDPOINT_URL_S3", way.endpoint().toString()),
        dataset,
        home.resolve("cache").toString(),
        "0",
        "PT0.2S");
  }

  /** Waits until the run has announced so many versions; the newest. */
  private static long lastVersion(Started run, int versions) {
    Await.until(
        versions + " versions",
        DEADLINE,
        () -> run.lines() + " " + run.process().isAlive(),
        () -> run.lines().size() >= versions || !run.process().isAlive());
    List<String> lines = run.lines();
    assertThat(lines).hasSizeGreaterThanOrEqualTo(versions);
    return json(lines.get(lines.size() - 1)).get("version").asLong();
  }

  /** Waits until the service serves that version or a newer one, and every key as expected. */
  private void awaitServed(URI service, ExampleProcess reader, long version) {
    Await.until(
        "version " + version + " with all changes",
        DEADLINE,
        () -> get(service, "/health").body() + wrong(service) + reader.errors(),
        () ->
            json(get(service, "/health").body()).get("version").asLong() >= version
                && wrong(service).isEmpty());
  }

  /** The first key that is not as expected, and how; empty if all are. */
  private String wrong(URI service) {
    for (long key = -1; key <= MAX_KEY + 200; key++) {
      HttpResponse<String> answer = get(service, "/get?key=" + key);
      String value = expected.get(key);
      boolean right =
          value == null
              ? answer.statusCode() == 404
              : answer.statusCode() == 200 && answer.body().equals(value);
      if (!right) {
        return "key " + key + ": expected " + value + ", found " + answer.body();
      }
    }
    return "";
  }

  private static void idleRefreshesAreConditionalGetsOfThePointer(FaultProxy way) {
    way.forget();
    Await.until("refreshes", DEADLINE, () -> way.exchanges().size() >= 5);
    assertThat(way.exchanges())
        .filteredOn(each -> each.status() != ProxiedExchange.UNANSWERED)
        .isNotEmpty()
        .allSatisfy(ObjectStoragePipelineITCase::isIdleRefresh);
  }

  /** A reader of this process, whose refreshes are known. */
  private void anIdleRefreshIsOneRequest(S3Server server, String dataset) throws Exception {
    try (FaultProxy way = FaultProxy.to(server.endpoint());
        ShardedReader reader =
            ShardedReader.open(
                ReaderOptions.builder(dataset)
                    .cacheDirectory(directory.resolve("other"))
                    .refreshInterval(Duration.ZERO)
                    .store(store(server, way.endpoint()))
                    .build())) {
      way.forget();
      for (int refresh = 1; refresh <= 3; refresh++) {
        assertThat(reader.refresh()).as("changed").isFalse();
        assertThat(way.exchanges())
            .hasSize(refresh)
            .allSatisfy(ObjectStoragePipelineITCase::isIdleRefresh);
      }
    }
  }

  private static void isIdleRefresh(ProxiedExchange exchange) {
    assertThat(exchange.line()).isEqualTo("GET /shardyfusion/rows/_CURRENT 304");
    assertThat(exchange.request().header("If-None-Match")).isPresent();
  }

  private static void cleanUp(S3Server server, String dataset) {
    try (ObjectStore store = ObjectStores.open(dataset, store(server, server.endpoint()))) {
      assertThat(keys(store)).contains("_CURRENT").anyMatch(key -> key.startsWith("files/"));
      store.delete(keys(store));
      assertThat(keys(store)).isEmpty();
    }
    try (S3Client client =
        S3Client.builder()
            .endpointOverride(server.endpoint())
            .region(Region.of(server.region()))
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
            .build()) {
      assertThat(client.listObjectsV2(r -> r.bucket(server.bucket())).contents()).isEmpty();
      assertThat(client.listMultipartUploads(r -> r.bucket(server.bucket())).uploads())
          .as("unfinished uploads")
          .isEmpty();
    }
  }

  private static List<String> keys(ObjectStore store) {
    try (Stream<ObjectInfo> objects = store.list("")) {
      return objects.map(ObjectInfo::key).toList();
    }
  }

  private static StoreOptions store(S3Server server, URI endpoint) {
    return StoreOptions.builder()
        .s3Endpoint(endpoint)
        .s3Region(server.region())
        .s3PathStyle(true)
        .build();
  }

  /** Adds a file to the input, whole. */
  private void addFile(String name, String lines) throws IOException {
    Path hidden = directory.resolve("writer/in/.new");
    Files.writeString(hidden, lines);
    Files.move(hidden, directory.resolve("writer/in").resolve(name + ".jsonl"));
  }

  /** A line of JSON that sets every so many-th key, or deletes it where there is no text. */
  private String lines(long from, long to, int step, @Nullable String text) {
    StringBuilder lines = new StringBuilder();
    for (long key = from; key < to; key += step) {
      String row =
          text == null
              ? "{\"id\":" + key + ",\"op\":\"delete\"}"
              : "{\"id\":" + key + ",\"op\":\"set\",\"text\":\"" + text + "\"}";
      lines.append(row).append('\n');
      if (text == null) {
        expected.remove(key);
      } else {
        expected.put(key, row);
      }
    }
    return lines.toString();
  }

  private static HttpResponse<String> get(URI service, String path) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(service.resolve(path)).timeout(DEADLINE).build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + line, e);
    }
  }

  private static String[] concat(String[] options, String... first) {
    return Stream.concat(Stream.of(first), Stream.of(options)).toArray(String[]::new);
  }
}
