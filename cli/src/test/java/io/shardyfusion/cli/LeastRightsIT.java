package io.shardyfusion.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.StorageException;
import io.shardyfusion.cli.Invocation.Result;
import io.shardyfusion.store.ConditionalWrite.Written;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.StoredObject;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.MotoServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The policies of {@code docs/deploy/iam} are enough for each role, and no more. What they ask for
 * by TLS is left out, as this server has none.
 */
final class LeastRightsIT {

  private static final Path POLICIES =
      Path.of(System.getProperty("shardyfusion.root"), "docs/deploy/iam");
  private static final String PREFIX = "data/rows";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static MotoServer server;

  @TempDir private Path directory;

  @BeforeAll
  static void start() throws IOException {
    String pointer = policy("bucket-policy", "PointerOnlyByCompareAndSet");
    server =
        MotoServer.startWithUsers(
            Map.of(
                "writer", List.of(policy("writer"), pointer),
                "reader", List.of(policy("reader"), pointer),
                "operator", List.of(policy("operator"), pointer),
                "writer-that-cannot-list",
                    List.of(policy("writer", "ReadAndWriteSnapshots", "ProbeConditionalWrites"))));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void writeRows() throws IOException {
    Files.writeString(directory.resolve("rows.jsonl"), "{\"id\":1}\n{\"id\":2}\n");
  }

  @AfterEach
  void forgetCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @Test
  void theWriterPublishesAndTheReaderReads() {
    publishes("writer", PREFIX);
    publishes("writer", PREFIX);
    JsonNode verified =
        shardy("reader", PREFIX, "verify", "--deep", "-o", "json").succeeded().json();
    assertThat(verified.get("ok").asBoolean()).isTrue();
    Result get = shardy("reader", PREFIX, "get", "2", "-o", "text", "--cache", cache());
    assertThat(get.succeeded().out()).isEqualTo("{\"id\":2}\n");
    assertThat(shardy("reader", PREFIX, "history", "-o", "jsonl").succeeded().out())
        .contains("\"version\":1,", "\"version\":2,");
  }

  @Test
  void theReaderWritesNothing() {
    publishes("writer", PREFIX);
    assertDenied(run("reader", PREFIX));
    String file;
    try (ObjectStore store = store("administrator", PREFIX)) {
      file = keys(store, "files/").get(0);
    }
    try (ObjectStore store = store("reader", PREFIX)) {
      assertDenied(() -> store.write("files/00/0.sst", new byte[1]));
      assertDenied(() -> store.writeIf("_CURRENT", new byte[1], new Expectation.Absent()));
      assertDenied(() -> store.delete(List.of(file)));
      assertThat(store.read(file, 1 << 20)).isPresent();
      assertDenied(() -> store.read("runs/" + "0".repeat(32) + ".json", 1 << 20));
    }
  }

  @Test
  void theReaderIsToldThatAnObjectIsMissing() {
    try (ObjectStore store = store("reader", PREFIX)) {
      assertThat(store.stat("files/00/none.sst")).isEmpty();
    }
  }

  @Test
  void anotherPrefixIsForbiddenToAll() {
    publishes("administrator", "data/rows2");
    for (String user : List.of("writer", "reader", "operator")) {
      assertDenied(shardy(user, "data/rows2", "info"));
      assertDenied(run(user, "data/rows2"));
      try (ObjectStore store = store(user, "data/rows2")) {
        assertDenied(() -> keys(store, ""));
        assertDenied(() -> store.delete(List.of("_CURRENT")));
      }
    }
    assertThat(shardy("administrator", "data/rows2", "info", "-o", "json").succeeded().out())
        .isNotEmpty();
  }

  @Test
  void theWriterDeletesNothingAndReplacesThePointerByCompareAndSetOnly() {
    publishes("writer", PREFIX);
    try (ObjectStore store = store("writer", PREFIX)) {
      StoredObject pointer = store.read("_CURRENT", 1 << 20).orElseThrow();
      assertDenied(() -> store.delete(List.of("_CURRENT")));
      assertDenied(() -> store.write("_CURRENT", pointer.content()));
      assertThat(
              store.writeIf(
                  "_CURRENT", pointer.content(), new Expectation.Unchanged(pointer.tag())))
          .isInstanceOf(Written.class);
    }
  }

  @Test
  void theOperatorListsDeletesAndMovesThePointerButPublishesNothing() {
    publishes("writer", PREFIX);
    assertDenied(run("operator", PREFIX));
    try (ObjectStore store = store("operator", PREFIX)) {
      assertDenied(() -> store.write("files/00/0.sst", new byte[1]));
      StoredObject pointer = store.read("_CURRENT", 1 << 20).orElseThrow();
      assertThat(
              store.writeIf(
                  "_CURRENT", pointer.content(), new Expectation.Unchanged(pointer.tag())))
          .isInstanceOf(Written.class);
      store.delete(keys(store, ""));
      assertThat(keys(store, "")).isEmpty();
    }
  }

  /** S3 tells nobody who may not list that an object is missing. */
  @Test
  void aWriterNeedsTheRightToList() {
    assertDenied(run("writer-that-cannot-list", PREFIX));
  }

  private void publishes(String user, String prefix) {
    Result run = run(user, prefix);
    assertThat(run.code()).as(run.err()).isZero();
  }

  private Result run(String user, String prefix) {
    return shardy(
        user,
        prefix,
        "run",
        "--input",
        directory.resolve("rows.jsonl").toString(),
        "--key",
        "id",
        "--shards",
        "2",
        "--parallelism",
        "1");
  }

  private Result shardy(String user, String prefix, String... command) {
    be(user);
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(
        List.of(
            "-d",
            dataset(prefix),
            "--s3-endpoint",
            server.endpoint().toString(),
            "--s3-region",
            server.region(),
            "--s3-path-style"));
    return Invocation.run(all.toArray(String[]::new));
  }

  private static ObjectStore store(String user, String prefix) {
    be(user);
    return ObjectStores.open(
        dataset(prefix),
        StoreOptions.builder()
            .s3Endpoint(server.endpoint())
            .s3Region(server.region())
            .s3PathStyle(true)
            .build());
  }

  /** From here on, requests are this user's: the standard chain looks here first. */
  private static void be(String user) {
    System.setProperty("aws.accessKeyId", MotoServer.accessKey(user));
    System.setProperty("aws.secretAccessKey", MotoServer.secretKey(user));
  }

  private static String dataset(String prefix) {
    return "s3://" + server.bucket() + "/" + prefix;
  }

  private String cache() {
    return directory.resolve("cache").toString();
  }

  private static void assertDenied(Result result) {
    assertThat(result.code()).as(result.err()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .contains("s3://" + server.bucket() + "/data/rows", "access denied")
        .doesNotContain("secret-of", "\tat ");
  }

  private static void assertDenied(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("s3://" + server.bucket() + "/data/rows")
        .hasMessageMatching("(?s).*(access denied|AccessDenied).*");
  }

  private static List<String> keys(ObjectStore store, String prefix) {
    try (Stream<ObjectInfo> objects = store.list(prefix)) {
      return objects.map(ObjectInfo::key).toList();
    }
  }

  /** A policy as the document has it, for our bucket and prefix; all its statements, or some. */
  private static String policy(String name, String... statements) throws IOException {
    String text =
        Files.readString(POLICIES.resolve(name + ".json"), UTF_8)
            .replace("BUCKET", "shardyfusion")
            .replace("PREFIX", PREFIX);
    ObjectNode policy = (ObjectNode) JSON.readTree(text);
    if (statements.length > 0) {
      ArrayNode some = JSON.createArrayNode();
      for (String wanted : statements) {
        for (JsonNode statement : policy.get("Statement")) {
          if (statement.get("Sid").asText().equals(wanted)) {
            some.add(statement);
          }
        }
      }
      assertThat(some).as("statements of " + name).hasSize(statements.length);
      policy.set("Statement", some);
    }
    return JSON.writeValueAsString(policy);
  }
}
