package io.shardyfusion.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.flink.ShardyfusionSink;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.RowCursor;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.routing.Sharding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A strategy that is a service of the class path, through job, reader and command line. */
final class OwnShardingStrategyTest {

  private static final List<String> KEYS = List.of("ab", "b", "m", "my", "z", "Ü");

  @TempDir private Path directory;

  @Test
  void whatAJobWritesByAnOwnStrategyIsFoundByReaderAndCommandLine() throws Exception {
    String dataset = published(new ByInitial(ByInitial.LISTED, List.of("a", "m")));

    try (ShardedReader reader = ShardedReader.open(ReaderOptions.builder(dataset).build())) {
      for (String key : KEYS) {
        assertThat(reader.get(key)).asString(UTF_8).isEqualTo("value of " + key);
      }
      assertThat(reader.multiGet(KEYS)).hasSize(6);
      assertThat(keysOf(reader, 0)).containsExactly("ab");
      assertThat(keysOf(reader, 1)).containsExactly("m", "my");
      assertThat(keysOf(reader, 2)).containsExactly("b", "z", "Ü");
      assertThat(reader.route("mx")).isEqualTo(1);
      assertThat(reader.get("mx")).isNull();
    }
    assertThat(Invocation.run("get", "my", "-o", "text", "-d", dataset).succeeded().out())
        .isEqualTo("value of my\n");
    assertThat(Invocation.run("route", "a", "b", "-o", "text", "-d", dataset).succeeded().out())
        .isEqualTo("a\t0\nb\t2\n");
    assertThat(Invocation.run("info", "-d", dataset).succeeded().json().get("sharding"))
        .hasToString("{\"strategy\":\"test-initial\",\"initials\":[\"a\",\"m\"],\"num_shards\":3}");
    Invocation.run("verify", "--deep", "-d", dataset).succeeded();
  }

  @Test
  void aDatasetOfAStrategyThatIsNotThereIsRefusedWithTheModuleToAdd() throws Exception {
    String dataset = published(new ByInitial("test-unlisted", List.of("a")));

    assertThatThrownBy(() -> ShardedReader.open(ReaderOptions.builder(dataset).build()).close())
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining(
            "sharding.strategy: the sharding strategy 'test-unlisted' is unknown here (known: hash,"
                + " test-initial): no service of io.shardyfusion.routing.ShardingStrategy on the"
                + " class path has that name; add the module that has it"
                + " (shardyfusion-sharding-test-unlisted, if it is one of ours), or upgrade");
  }

  private String published(Sharding sharding) throws Exception {
    String dataset = directory.resolve(sharding.strategy()).toUri().toString();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    ShardyfusionSink.forStream(env.fromData(KEYS))
        .dataset(dataset)
        .sharding(sharding)
        .keyEncoding(KeyEncoding.UTF8)
        .key(key -> key)
        .value(key -> ("value of " + key).getBytes(UTF_8))
        .append();
    env.execute("publish by " + sharding.strategy());
    return dataset;
  }

  private static List<Object> keysOf(ShardedReader reader, int shard) {
    List<Object> keys = new ArrayList<>();
    try (RowCursor rows = reader.scan(shard)) {
      while (rows.next()) {
        keys.add(rows.key());
      }
    }
    return keys;
  }
}
