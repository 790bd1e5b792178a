package io.shardyfusion.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.routing.ShardingStrategies;
import io.shardyfusion.routing.ShardingStrategy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The JSON form of a {@link Sharding}: an object whose {@code strategy} says what else is in it.
 * That is the strategy's own, but for {@code num_shards}.
 */
public final class ShardingParser {

  static final String STRATEGY = "strategy";
  static final String NUM_SHARDS = "num_shards";

  private static final int MAX_SHOWN_BYTES = 256;

  private ShardingParser() {}

  /** The UTF-8 JSON object of {@code sharding}, as a manifest has it; the same for equal values. */
  public static byte[] toJson(Sharding sharding) {
    return Json.write(json -> write(sharding, json));
  }

  /**
   * The strategy, its parameters and the number of shards, in a line of at most some hundred
   * characters that is the same exactly where the shardings are. Savepoints have it, so it never
   * changes.
   */
  public static String describe(Sharding sharding) {
    String what =
        String.format(
            Locale.ROOT, "%s sharding into %d shards", sharding.strategy(), sharding.numShards());
    if (sharding instanceof HashSharding) {
      return what;
    }
    byte[] json = toJson(sharding);
    return json.length <= MAX_SHOWN_BYTES
        ? what + " by " + new String(json, StandardCharsets.UTF_8)
        : what + " by parameters of the SHA-256 " + Sha256.of(json).hex();
  }

  static void write(Sharding sharding, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField(STRATEGY, sharding.strategy());
    sharding.write(JsonBlockWriter.ofSharding(json));
    json.writeNumberField(NUM_SHARDS, sharding.numShards());
    json.writeEndObject();
  }

  static Sharding read(JsonFields fields) {
    ShardingStrategy strategy = fields.text(STRATEGY, ShardingStrategies::named);
    int numShards = fields.smallInteger(NUM_SHARDS, Sharding::checkNumShards);
    Sharding sharding;
    try {
      sharding = strategy.read(numShards, new JsonBlockReader(fields));
    } catch (IllegalArgumentException | InvalidRequestException e) {
      throw fields.damaged(e);
    }
    if (sharding.numShards() != numShards || !sharding.strategy().equals(strategy.name())) {
      throw new IllegalStateException(
          strategy.getClass().getName()
              + " made "
              + describe(sharding)
              + " of a block that says strategy "
              + strategy.name()
              + " and num_shards "
              + numShards);
    }
    return sharding;
  }
}
