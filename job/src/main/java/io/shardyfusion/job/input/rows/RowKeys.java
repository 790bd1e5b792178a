package io.shardyfusion.job.input.rows;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.options.RecordKeyFormat;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyType;
import io.shardyfusion.routing.KeyRouter;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Takes the keys of rows from their text, or from records of Kafka, and routes the rows. */
final class RowKeys {

  private final @Nullable String column;
  private final KeyType type;
  private final RecordKeyFormat recordKeys;
  private final KeyRouter router;

  RowKeys(InputOptions options, Sharding sharding) {
    this.recordKeys =
        options.source() instanceof KafkaOptions kafka ? kafka.keyFormat() : RecordKeyFormat.TEXT;
    this.column = options.key().column();
    this.type = options.key().type();
    this.router = new KeyRouter(sharding, options.key().encoding());
  }

  /**
   * The row whose key is the valid UTF-8 text {@code [from, to)}, as {@link Key#parseExact} reads
   * it.
   *
   * @param context has the columns of the row
   */
  ShardRow row(
      long order, byte[] text, int from, int to, byte @Nullable [] value, RoutingContext context)
      throws BadRowException {
    Key key;
    byte[] stored;
    try {
      key = Key.parseExact(type, text, from, to);
      stored = router.stored(key);
    } catch (InvalidRequestException e) {
      throw new BadRowException(column, String.valueOf(e.getMessage()));
    }
    return new ShardRow(shard(key, context), order, stored, value);
  }

  /**
   * The row whose key is that of the record of Kafka: decimal text or what the format says, UTF-8
   * text, or bytes as they are.
   *
   * @param context has the columns of the row
   */
  ShardRow rowOfRecord(RawRow raw, byte @Nullable [] value, RoutingContext context)
      throws BadRowException {
    Key key;
    byte[] stored;
    try {
      key = keyOfRecord(raw.recordKey);
      stored = router.stored(key);
    } catch (InvalidRequestException e) {
      throw ofRecord(String.valueOf(e.getMessage()));
    }
    return new ShardRow(shard(key, context), raw.order, stored, value);
  }

  private int shard(Key key, RoutingContext context) throws BadRowException {
    try {
      return router.shard(key, context);
    } catch (InvalidRequestException e) {
      throw new BadRowException(null, String.valueOf(e.getMessage()));
    }
  }

  private Key keyOfRecord(byte @Nullable [] bytes) throws BadRowException {
    if (bytes == null) {
      throw new BadRowException(null, "the record has no key");
    }
    if (type == KeyType.BYTES) {
      return Key.of(bytes);
    }
    if (type == KeyType.LONG && recordKeys.width() > 0) {
      return Key.of(integer(bytes));
    }
    int invalid = Utf8.firstInvalid(bytes, 0, bytes.length);
    if (invalid >= 0) {
      throw ofRecord("invalid UTF-8 at byte " + invalid + perhapsBinary(bytes));
    }
    try {
      return Key.parseExact(type, bytes, 0, bytes.length);
    } catch (InvalidRequestException e) {
      throw ofRecord(e.getMessage() + perhapsBinary(bytes));
    }
  }

  private long integer(byte[] bytes) throws BadRowException {
    if (bytes.length != recordKeys.width()) {
      throw ofRecord(
          "expected %s bytes, as --kafka-key-format %s says, found %s"
              .formatted(recordKeys.width(), recordKeys.externalName(), bytes.length));
    }
    long k = bytes[0]; // Its sign is the key's.
    for (int i = 1; i < bytes.length; i++) {
      k = k << 8 | (bytes[i] & 0xFF);
    }
    return k;
  }

  /** A hint where the key that is no decimal text looks like an integer in binary. */
  private String perhapsBinary(byte[] bytes) {
    for (RecordKeyFormat format : RecordKeyFormat.values()) {
      if (type == KeyType.LONG && bytes.length == format.width() && !isPrintable(bytes)) {
        return "; it may be an integer of %s bytes (in hex %s), which --kafka-key-format %s reads"
            .formatted(bytes.length, HexFormat.of().formatHex(bytes), format.externalName());
      }
    }
    return "";
  }

  private static boolean isPrintable(byte[] bytes) {
    for (byte b : bytes) {
      if (b < ' ' || b == 0x7F) {
        return false;
      }
    }
    return true;
  }

  private static BadRowException ofRecord(String reason) {
    return new BadRowException(null, "key of the record: " + reason);
  }
}
