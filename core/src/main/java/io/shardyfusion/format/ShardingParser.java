package io.shardyfusion.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.Sharding;
import java.io.IOException;

/**
 * The JSON form of a {@link Sharding}: an object whose {@code strategy} says what else is in it.
 */
final class ShardingParser {

  private ShardingParser() {}

  static void write(Sharding sharding, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("strategy", sharding.strategy());
    if (sharding instanceof HashSharding) {
      json.writeStringField("hash_algorithm", HashSharding.HASH_ALGORITHM);
    }
    json.writeNumberField("num_shards", sharding.numShards());
    json.writeEndObject();
  }

  static Sharding read(JsonFields fields) {
    String strategy = fields.text("strategy");
    return switch (strategy) {
      case HashSharding.STRATEGY -> readHash(fields);
      default ->
          throw fields.damaged(
              "strategy",
              "expected "
                  + HashSharding.STRATEGY
                  + ", found "
                  + Checks.shown(strategy)
                  + ", which this software does not know: upgrade it");
    };
  }

  private static Sharding readHash(JsonFields fields) {
    String algorithm = fields.text("hash_algorithm");
    if (!algorithm.equals(HashSharding.HASH_ALGORITHM)) {
      throw fields.damaged(
          "hash_algorithm",
          "expected "
              + HashSharding.HASH_ALGORITHM
              + ", found "
              + Checks.shown(algorithm)
              + ", which this software does not know: upgrade it");
    }
    return fields.smallInteger("num_shards", HashSharding::new);
  }
}
