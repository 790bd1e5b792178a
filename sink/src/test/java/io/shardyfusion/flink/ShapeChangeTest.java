package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestWriter;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.BlockWriter;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.run.ShapeChange;
import io.shardyfusion.shard.ShardBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is said of a run against version 7, of two shards, long keys and text. */
final class ShapeChangeTest {

  private static final String ALL_ANEW = "every reader downloads the whole dataset anew";

  @Test
  void theSameShapeIsNotWorthAWord() {
    for (boolean isStreaming : new boolean[] {true, false}) {
      assertThat(said(2, KeyEncoding.I64, ValueFormat.TEXT, TableProfile.BALANCED, isStreaming))
          .isEmpty();
    }
  }

  @Test
  void anotherNumberOfShardsCostsEveryReaderAllOfIt() {
    assertThat(said(4, KeyEncoding.I64, ValueFormat.TEXT, TableProfile.BALANCED, false))
        .hasValueSatisfying(
            s -> assertThat(s).contains("version 7", "shards 2 to 4", ALL_ANEW).hasLineCount(1));
  }

  @Test
  void anotherProfileCostsEveryReaderAllOfItUnlessTheJobGoesOn() {
    assertThat(said(2, KeyEncoding.I64, ValueFormat.TEXT, TableProfile.COMPACT, false))
        .hasValueSatisfying(s -> assertThat(s).contains("profile balanced to compact", ALL_ANEW));
    assertThat(said(2, KeyEncoding.I64, ValueFormat.TEXT, TableProfile.COMPACT, true))
        .hasValueSatisfying(
            s ->
                assertThat(s)
                    .contains("profile balanced to compact", "written from now on")
                    .doesNotContain(ALL_ANEW));
  }

  @Test
  void anotherKeyEncodingSaysWhetherOpenReadersCanFollow() {
    assertThat(said(2, KeyEncoding.U64BE, ValueFormat.TEXT, TableProfile.BALANCED, false))
        .hasValueSatisfying(
            s ->
                assertThat(s)
                    .contains("key encoding i64 to u64be", ALL_ANEW)
                    .doesNotContain("readers that are open"));
    assertThat(said(2, KeyEncoding.UTF8, ValueFormat.TEXT, TableProfile.BALANCED, false))
        .hasValueSatisfying(
            s ->
                assertThat(s)
                    .contains(
                        "key encoding i64 to utf8",
                        "readers that are open stay at version 7, whose keys are of type long",
                        ALL_ANEW));
  }

  @Test
  void anotherValueFormatConcernsWhoeverDecodesValues() {
    assertThat(said(2, KeyEncoding.I64, ValueFormat.JSON, TableProfile.BALANCED, false))
        .hasValueSatisfying(
            s ->
                assertThat(s)
                    .contains("value format text to json", "must know both forms")
                    .doesNotContain(ALL_ANEW));
  }

  @Test
  void otherParametersOfAStrategyAreAnotherSharding() {
    Sharding other = new ByRegion(2);
    ShapeChange change =
        new ShapeChange(other, KeyEncoding.I64, ValueFormat.TEXT, TableProfile.BALANCED);

    assertThat(change.against(7, current(new ByRegion(2)), false)).isEmpty();
    assertThat(change.against(7, current(), false))
        .hasValueSatisfying(s -> assertThat(s).contains("sharding hash to test-region"));
    assertThat(change.against(7, current(new Inverse()), false))
        .hasValueSatisfying(
            s ->
                assertThat(s)
                    .contains(
                        "{\"strategy\":\"test-region\",\"inverse\":true,\"num_shards\":2} to"
                            + " test-region sharding into 2 shards by ",
                        ALL_ANEW));
    assertThat(SinkSettings.Content.shape(new HashSharding(8), KeyEncoding.I64))
        .isEqualTo("hash sharding into 8 shards, key encoding i64");
    assertThat(SinkSettings.Content.shape(new Inverse(), KeyEncoding.I64))
        .isNotEqualTo(SinkSettings.Content.shape(other, KeyEncoding.I64));
  }

  /** As {@link ByRegion}, with a parameter. */
  private record Inverse() implements Sharding {

    private static final long serialVersionUID = 1L;

    @Override
    public String strategy() {
      return "test-region";
    }

    @Override
    public int numShards() {
      return 2;
    }

    @Override
    public void write(BlockWriter block) {
      block.flag("inverse", true);
    }

    @Override
    public int shardOf(Key key, RoutingContext context) {
      return 1;
    }
  }

  private static Optional<String> said(
      int shards, KeyEncoding keys, ValueFormat values, TableProfile profile, boolean isStreaming) {
    return new ShapeChange(new HashSharding(shards), keys, values, profile)
        .against(7, current(), isStreaming);
  }

  private static Manifest current() {
    return current(new HashSharding(2));
  }

  private static Manifest current(Sharding sharding) {
    Sha256 digest = Sha256.of("descriptor".getBytes(StandardCharsets.UTF_8));
    return Manifest.builder()
        .manifestId("f".repeat(32))
        .runId("9".repeat(32))
        .createdAt(TestSettings.STARTED)
        .writer(new ManifestWriter("test", "1", "1", RunMode.BATCH))
        .sharding(sharding)
        .keyEncoding(KeyEncoding.I64)
        .valueFormat(ValueFormat.TEXT)
        .engine(ShardBuilder.engine(TableProfile.BALANCED))
        .stats(new SnapshotStats(0, true, 0, 0, 0, 0))
        .shards(
            IntStream.range(0, 2)
                .mapToObj(
                    shard ->
                        ShardEntry.builder()
                            .shard(shard)
                            .rows(0)
                            .rowsExact(true)
                            .bytes(0)
                            .files(0)
                            .descriptor(digest)
                            .build())
                .toList())
        .build();
  }
}
