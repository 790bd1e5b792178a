package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.ShardyfusionSink.RecordFunction;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.KeyRouter;
import io.shardyfusion.routing.Sharding;
import java.nio.file.Path;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteRecordsTest {

  @TempDir Path directory;

  private final AskedFor askedFor = new AskedFor();

  @Test
  void aShardingGetsTheColumnsThatItAsksForAndNoOthers() {
    RouteRecords<List<Object>> route = route(new ByRegion(4), KeyEncoding.I64);

    assertThat(route.map(List.of(7L, "eu", 2L)).shard).isZero();
    assertThat(askedFor.zones).isZero();
    assertThat(route.map(List.of(7L, "us", 2L)).shard).isEqualTo(3);
    assertThat(route.map(List.of(7L, "us", 1)).shard).isEqualTo(2);
    assertThat(askedFor.zones).isEqualTo(2);
    refused(route, List.of(7L, 7L, 7L), "column 'region' is of type string, found a value of java");
  }

  @Test
  void aShardingThatAsksForNoneCostsNoColumn() {
    RouteRecords<List<Object>> route = route(new HashSharding(8), KeyEncoding.UTF8);

    ShardRow row = route.map(List.of("a", "eu", 2L));

    assertThat(row.shard).isEqualTo(new HashSharding(8).shardOf("a"));
    assertThat(row.key).asString().isEqualTo("a");
    assertThat(askedFor.regions + askedFor.zones).isZero();
  }

  @Test
  void aRecordWithoutAKeyIsNamed() {
    RouteRecords<List<Object>> route = route(new HashSharding(8), KeyEncoding.I64);

    refused(route, List.of(new Date(0), "x"), "of java.util.Date cannot be used: a key is a Long");
    refused(route, List.of(1.5, "x"), "; it is that of the record [1.5, x]");
  }

  @Test
  void aShardThatAStrategyDoesNotHaveIsRefused() {
    RouteRecords<List<Object>> route = route(new ByRegion(4), KeyEncoding.I64);

    assertThatThrownBy(() -> route.map(List.of(7L, "us", 3L)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the strategy test-region puts the key 7 into shard 4; expected 0 to 3");
  }

  @Test
  void aSinkIsNotCompleteWithoutTheColumnsOfItsSharding() {
    ShardyfusionSink<Long> sink = sink().sharding(new ByRegion(4)).column("region", k -> "eu");

    assertThatThrownBy(sink::append)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("the sink is not complete: call column(\"zone\", …) before append()");
  }

  @Test
  void aSinkDoesNotTakeAnIdOfARunThatIsNone() {
    assertThatThrownBy(sink().shards(4).runId("nightly")::append)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("the id of a run: expected 32 lower-case hexadecimal digits, found 'nightly'");
  }

  private ShardyfusionSink<Long> sink() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    return ShardyfusionSink.forStream(env.fromData(1L))
        .dataset(directory.toUri().toString())
        .key(k -> k)
        .value(k -> new byte[0]);
  }

  private RouteRecords<List<Object>> route(Sharding sharding, KeyEncoding encoding) {
    Map<String, RecordFunction<List<Object>, Object>> columns =
        Map.of(
            "region",
            record -> {
              askedFor.regions++;
              return record.get(1);
            },
            "zone",
            record -> {
              askedFor.zones++;
              return record.get(2);
            });
    return new RouteRecords<>(
        new KeyRouter(sharding, encoding),
        record -> record.get(0),
        record -> new byte[0],
        null,
        null,
        columns);
  }

  private static void refused(RouteRecords<List<Object>> route, List<Object> record, String why) {
    assertThatThrownBy(() -> route.map(record))
        .cause()
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(why);
  }

  private static final class AskedFor {
    int regions;
    int zones;
  }
}
