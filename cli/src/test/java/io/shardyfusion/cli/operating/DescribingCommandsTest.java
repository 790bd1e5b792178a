package io.shardyfusion.cli.operating;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardyfusion.cli.Invocation;
import io.shardyfusion.cli.Invocation.Result;
import io.shardyfusion.cli.TestDataset;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.pointer.Order;
import io.shardyfusion.pointer.PointerOperations;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code info}, {@code shards}, {@code route} and {@code history}: the commands that read no table
 * file.
 */
final class DescribingCommandsTest {

  @TempDir private Path directory;

  @Test
  void infoDescribesTheSnapshot() {
    TestDataset dataset = cities();
    PointerEntry entry = dataset.publish();

    JsonNode info = Invocation.run("info", "-d", dataset.uri()).succeeded().jsonl().get(0);

    assertThat(Invocation.fields(info))
        .containsExactly(
            "version",
            "manifest",
            "run_id",
            "created_at",
            "num_shards",
            "sharding",
            "key_encoding",
            "rows",
            "rows_exact",
            "bytes",
            "files",
            "watermark",
            "checkpoint_id",
            "writer",
            "custom");
    assertThat(info.get("version").longValue()).isEqualTo(1);
    assertThat(info.get("manifest").textValue()).isEqualTo(entry.manifest().object());
    assertThat(info.get("run_id").textValue()).isEqualTo(TestDataset.RUN_ID);
    assertThat(info.get("created_at").textValue()).isEqualTo("2026-03-01T10:00:00.000Z");
    assertThat(info.get("num_shards").intValue()).isEqualTo(4);
    assertThat(info.get("sharding").toString())
        .isEqualTo("{\"strategy\":\"hash\",\"hash_algorithm\":\"xxh3_64\",\"num_shards\":4}");
    assertThat(info.get("key_encoding").textValue()).isEqualTo("i64");
    assertThat(info.get("rows").longValue()).isEqualTo(3);
    assertThat(info.get("bytes").longValue()).isEqualTo(entry.bytes());
    assertThat(info.get("files").longValue()).isPositive();
    assertThat(info.get("watermark").isNull()).isTrue();
    assertThat(info.get("checkpoint_id").isNull()).isTrue();
    assertThat(info.get("writer").toString())
        .isEqualTo(
            "{\"engine\":\"test\",\"engine_version\":\"1\",\"version\":\"0.1.0\",\"mode\":\"batch\"}");
    assertThat(info.get("custom").toString()).isEqualTo("{\"source\":\"test\"}");
  }

  @Test
  void infoReadsAnOlderVersionByNumberOrManifest() {
    TestDataset dataset = cities();
    PointerEntry first = dataset.publish();
    dataset.row(4L, "four").publish();

    assertThat(Invocation.run("info", "-d", dataset.uri()).json().get("rows").intValue())
        .isEqualTo(4);
    for (String at : List.of("1", first.manifest().object())) {
      JsonNode info = Invocation.run("info", "-d", dataset.uri(), "--at", at).succeeded().json();
      assertThat(info.get("version").intValue()).isEqualTo(1);
      assertThat(info.get("rows").intValue()).isEqualTo(3);
    }
  }

  @Test
  void anUnknownVersionIsNotThere() {
    TestDataset dataset = cities();
    dataset.publish();

    assertThat(Invocation.run("info", "-d", dataset.uri(), "--at", "9").failed(1).err())
        .contains("'9'");
  }

  @Test
  void aDatasetWithoutASnapshotIsNotThere() {
    for (String command : List.of("info", "shards", "history", "verify")) {
      Result result = Invocation.run(command, "-d", directory.toUri().toString()).failed(1);
      assertThat(result.err()).contains("has no snapshot");
    }
  }

  @Test
  void shardsListsEveryShardEmptyOnesToo() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 4).row(-5L, "a");
    dataset.publish();
    int full = dataset.sharding().shardOf(-5L);

    List<JsonNode> shards = Invocation.run("shards", "-d", dataset.uri()).succeeded().jsonl();

    assertThat(shards).hasSize(4);
    for (int i = 0; i < 4; i++) {
      JsonNode shard = shards.get(i);
      assertThat(Invocation.fields(shard))
          .containsExactly("shard", "rows", "rows_exact", "bytes", "files", "min_key", "max_key");
      assertThat(shard.get("shard").intValue()).isEqualTo(i);
      assertThat(shard.get("rows").intValue()).isEqualTo(i == full ? 1 : 0);
      assertThat(shard.get("rows_exact").booleanValue()).isTrue();
      assertThat(shard.get("min_key").toString()).isEqualTo(i == full ? "-5" : "null");
      assertThat(shard.get("max_key").toString()).isEqualTo(i == full ? "-5" : "null");
    }
  }

  @Test
  void shardsShowsTheWholeKeyWhereTheManifestCutItWithinACharacter() {
    String key = "x".repeat(63) + "ü" + "y".repeat(10);
    TestDataset dataset = new TestDataset(directory, KeyEncoding.UTF8, 1).row(key, "a");
    dataset.publish();

    JsonNode shard = Invocation.run("shards", "-d", dataset.uri()).succeeded().jsonl().get(0);

    assertThat(shard.get("min_key").textValue()).isEqualTo(key);
  }

  @Test
  void routeNeedsNoTableFile() throws IOException {
    TestDataset dataset = cities();
    dataset.publish();
    DirectoryTree.delete(dataset.root().resolve("files"));
    DirectoryTree.delete(dataset.root().resolve("shards"));

    Result result = Invocation.run("route", "1", "-2", "777", "-d", dataset.uri()).succeeded();

    assertThat(result.out())
        .isEqualTo(
            "{\"key\":1,\"shard\":%s}\n{\"key\":-2,\"shard\":%s}\n{\"key\":777,\"shard\":%s}\n"
                .formatted(
                    dataset.sharding().shardOf(1L),
                    dataset.sharding().shardOf(-2L),
                    dataset.sharding().shardOf(777L)));
    assertThat(Files.exists(dataset.root().resolve("files"))).isFalse();
  }

  @Test
  void historyIsNewestFirstAndShowsWhatIsServed() throws IOException {
    TestDataset dataset = cities();
    dataset.publish();
    dataset.row(4L, "four").publish();
    PointerEntry third = dataset.row(5L, "five").publish();
    rollBackToTheSecond(dataset);

    List<JsonNode> history = Invocation.run("history", "-d", dataset.uri()).succeeded().jsonl();

    assertThat(history).hasSize(3);
    assertThat(history)
        .allSatisfy(
            entry ->
                assertThat(Invocation.fields(entry))
                    .containsExactly(
                        "version",
                        "status",
                        "announced_at",
                        "rows",
                        "rows_exact",
                        "bytes",
                        "manifest",
                        "current",
                        "pinned"));
    assertThat(history.get(0).toString())
        .isEqualTo(
            "{\"version\":3,\"status\":\"quarantined\",\"announced_at\":\"2026-03-01T10:02:00.000Z\","
                + "\"rows\":5,\"rows_exact\":true,\"bytes\":%s,\"manifest\":\"%s\",\"current\":false,\"pinned\":false}"
                    .formatted(third.bytes(), third.manifest().object()));
    assertThat(history.get(1).get("status").textValue()).isEqualTo("announced");
    assertThat(history.get(1).get("current").booleanValue()).isTrue();
    assertThat(history.get(1).get("pinned").booleanValue()).isTrue();
    assertThat(history.get(2).get("current").booleanValue()).isFalse();
  }

  private static void rollBackToTheSecond(TestDataset dataset) {
    try (ObjectStore store = ObjectStores.open(dataset.uri(), StoreOptions.defaults())) {
      new PointerOperations(store, Clock.systemUTC())
          .rollback(2, PointerOperations.Afterwards.PIN, Order.SILENT)
          .orThrow();
    }
  }

  private TestDataset cities() {
    return new TestDataset(directory, KeyEncoding.I64, 4)
        .row(1L, "one")
        .row(2L, "two")
        .row(3L, "three");
  }
}
