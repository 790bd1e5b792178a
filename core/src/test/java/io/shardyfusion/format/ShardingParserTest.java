package io.shardyfusion.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.key.Key;
import io.shardyfusion.routing.BlockWriter;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.ListedSharding;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The block of the manifest that belongs to the strategy. */
class ShardingParserTest {

  private static final String LISTED =
      "{'strategy':'test-listed','keys':[30,-7],'written':['30','-7'],'more':{'note':'Ü','is_test':true,"
          + "'last':2,'none':{}},'num_shards':3}";

  @Test
  void aStrategyOfTheClassPathIsReadBackFromTheBlockThatItWrote() {
    Sharding sharding = new ListedSharding(3, List.of(30L, -7L), "Ü");

    assertThat(ShardingParser.toJson(sharding)).asString(UTF_8).isEqualTo(json(LISTED));
    assertThat(read(LISTED)).isEqualTo(sharding);
    assertThat(read(LISTED).shardOf(-7)).isEqualTo(1);
    assertThat(read(LISTED).shardOf("-7")).isEqualTo(2);
  }

  @Test
  void hashShardingHasTheBlockThatItAlwaysHad() {
    assertThat(ShardingParser.toJson(new HashSharding(8)))
        .asString(UTF_8)
        .isEqualTo(json("{'strategy':'hash','hash_algorithm':'xxh3_64','num_shards':8}"));
  }

  @Test
  void whatAStrategyRefusesIsSaidOfItsBlock() {
    refused("'num_shards':3", "'num_shards':4", "sharding.more.last: expected 3");
    refused("'last':2,", "", "sharding.more.last is missing, expected an integer");
    refused("'last':2", "'last':2.5", "sharding.more.last must be an integer from -92");
    refused("'keys':[30,-7]", "'keys':[30]", "sharding.written: expected [30], found [30, -7]");
    refused("[30,-7]", "[30,'x']", "sharding.keys[1] must be an integer from -9223372036854775808");
    refused("['30',", "[30,", "sharding.written[0] must be text, found 30");
    refused("'keys':[30,-7]", "'keys':7", "sharding.keys must be an array, found 7");
    refused("'none':{}", "'none':[]", "sharding.more.none must be an object, found an array");
    refused(
        "[30,-7],'written':['30','-7']",
        "[30],'written':['30']",
        "sharding: keys must be 2 for 3 shards, found [30]");
    refused("test-listed", "test-others", "sharding.strategy: the sharding strategy 'test-others'");
  }

  @Test
  void aBlockIsDescribedInALineThatTellsItFromOthers() {
    assertThat(ShardingParser.describe(new HashSharding(8)))
        .isEqualTo("hash sharding into 8 shards");
    assertThat(ShardingParser.describe(read(LISTED)))
        .isEqualTo("test-listed sharding into 3 shards by " + json(LISTED));
    List<Long> many = LongStream.range(0, 999).boxed().toList();
    assertThat(ShardingParser.describe(new ListedSharding(1000, many, "")))
        .startsWith("test-listed sharding into 1000 shards by parameters of the SHA-256 ")
        .hasSizeLessThan(200)
        .isNotEqualTo(ShardingParser.describe(new ListedSharding(1000, many, "other")));
  }

  @Test
  void aStrategyCannotWriteANameTwiceOrOneThatIsTaken() {
    for (String name : List.of("strategy", "num_shards", "note")) {
      Sharding bad = new Twice(name);
      assertThatThrownBy(() -> ShardingParser.toJson(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the field '" + name + "' of a sharding's block");
    }
  }

  private static void refused(String part, String instead, String why) {
    assertThat(LISTED).contains(part);
    assertThatThrownBy(() -> read(LISTED.replace(part, instead)))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageStartingWith("the object m.json breaks the format: " + why);
  }

  private static Sharding read(String block) {
    String document = "{'format_version':1,'sharding':" + block + "}";
    return Json.read("m.json", json(document).getBytes(UTF_8), 100_000)
        .object("sharding", ShardingParser::read);
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private record Twice(String name) implements Sharding {

    private static final long serialVersionUID = 1L;

    @Override
    public String strategy() {
      return "twice";
    }

    @Override
    public int numShards() {
      return 1;
    }

    @Override
    public int shardOf(Key key, RoutingContext context) {
      return 0;
    }

    @Override
    public void write(BlockWriter block) {
      block.text("note", "");
      block.text(name, "");
    }
  }
}
