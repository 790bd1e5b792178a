package io.shardyfusion.job.input.rows;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.ShardRow;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RecordKeyFormat;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.key.KeyType;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Turns a key as text into the key as it is stored, and its shard. Integers are written as JSON
 * writes them: decimal, no plus sign, no leading zeros, no fraction, no exponent, no white space.
 * Bytes are base64, padded, nothing else.
 */
final class KeyText {

  private final @Nullable String column;
  private final KeyColumn key;
  private final RecordKeyFormat recordKeys;
  private final KeyEncoding encoding;
  private final Sharding sharding;

  KeyText(InputOptions options, Sharding sharding) {
    this.key = options.key();
    this.recordKeys =
        options.source() instanceof KafkaOptions kafka ? kafka.keyFormat() : RecordKeyFormat.TEXT;
    this.column = key.column();
    this.encoding = key.encoding();
    this.sharding = sharding;
  }

  /** The row whose key is the valid UTF-8 text {@code [from, to)}. */
  ShardRow row(long order, byte[] text, int from, int to, byte @Nullable [] value)
      throws BadRowException {
    try {
      switch (key.type()) {
        case LONG -> {
          long k = parseLong(text, from, to);
          return new ShardRow(sharding.shardOf(k), order, encoding.encode(k), value);
        }
        case STRING -> {
          Key k = Key.of(new String(text, from, to - from, StandardCharsets.UTF_8));
          int shard = sharding.shardOf(k, RoutingContext.none());
          return new ShardRow(shard, order, k.stored(encoding), value);
        }
        case BYTES -> {
          byte[] k = parseBase64(text, from, to);
          return new ShardRow(sharding.shardOf(k), order, encoding.encode(k), value);
        }
      }
      throw new AssertionError(key.type());
    } catch (InvalidRequestException e) {
      throw new BadRowException(column, String.valueOf(e.getMessage()));
    }
  }

  /**
   * The row whose key is that of the record of Kafka: decimal text or what the format says, UTF-8
   * text, or bytes as they are.
   */
  ShardRow rowOfRecord(RawRow raw, byte @Nullable [] value) throws BadRowException {
    byte[] text = raw.recordKey;
    if (text == null) {
      throw new BadRowException(null, "the record has no key");
    }
    try {
      if (key.type() == KeyType.BYTES) {
        return new ShardRow(sharding.shardOf(text), raw.order, encoding.encode(text), value);
      }
    } catch (InvalidRequestException e) {
      throw ofRecord(String.valueOf(e.getMessage()));
    }
    if (key.type() == KeyType.LONG && recordKeys.width() > 0) {
      return rowOfInteger(raw, text, value);
    }
    int invalid = Utf8.firstInvalid(text, 0, text.length);
    if (invalid >= 0) {
      throw ofRecord("invalid UTF-8 at byte " + invalid + perhapsBinary(text));
    }
    try {
      return row(raw.order, text, 0, text.length, value);
    } catch (BadRowException e) {
      // Its message may name the column, which this key is not of.
      throw ofRecord(e.reason() + perhapsBinary(text));
    }
  }

  private ShardRow rowOfInteger(RawRow raw, byte[] bytes, byte @Nullable [] value)
      throws BadRowException {
    if (bytes.length != recordKeys.width()) {
      throw ofRecord(
          "expected "
              + recordKeys.width()
              + " bytes, as --kafka-key-format "
              + recordKeys.externalName()
              + " says, found "
              + bytes.length);
    }
    long k = bytes[0]; // Its sign is the key's.
    for (int i = 1; i < bytes.length; i++) {
      k = k << 8 | (bytes[i] & 0xFF);
    }
    try {
      return new ShardRow(sharding.shardOf(k), raw.order, encoding.encode(k), value);
    } catch (InvalidRequestException e) {
      throw ofRecord(String.valueOf(e.getMessage()));
    }
  }

  /** A hint where the key that is no decimal text looks like an integer in binary. */
  private String perhapsBinary(byte[] bytes) {
    for (RecordKeyFormat format : RecordKeyFormat.values()) {
      if (key.type() == KeyType.LONG && bytes.length == format.width() && !isPrintable(bytes)) {
        return "; it may be an integer of "
            + bytes.length
            + " bytes (in hex "
            + HexFormat.of().formatHex(bytes)
            + "), which --kafka-key-format "
            + format.externalName()
            + " reads";
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

  private long parseLong(byte[] text, int from, int to) throws BadRowException {
    boolean negative = from < to && text[from] == '-';
    int first = negative ? from + 1 : from;
    if (first == to || (text[first] == '0' && to - first > 1)) {
      throw noInteger(text, from, to);
    }
    // Counted down, because the smallest integer has no positive counterpart.
    long value = 0;
    boolean overflow = false;
    for (int i = first; i < to; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        throw noInteger(text, from, to);
      }
      overflow |= value < (Long.MIN_VALUE + digit) / 10;
      value = value * 10 - digit;
    }
    if (overflow || (!negative && value == Long.MIN_VALUE)) {
      throw new BadRowException(
          column,
          "the integer "
              + shown(text, from, to)
              + " is out of range: -9223372036854775808 to 9223372036854775807");
    }
    return negative ? value : -value;
  }

  private BadRowException noInteger(byte[] text, int from, int to) {
    return new BadRowException(
        column,
        "expected an integer (decimal digits, no leading zeros, no plus), found "
            + shown(text, from, to));
  }

  private byte[] parseBase64(byte[] text, int from, int to) throws BadRowException {
    byte[] quoted = Arrays.copyOfRange(text, from, to);
    try {
      byte[] decoded = Base64.getDecoder().decode(quoted);
      if (quoted.length % 4 == 0 && endsCanonically(quoted, decoded)) {
        return decoded;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new BadRowException(
        column,
        "expected base64 (alphabet A-Z a-z 0-9 + /, padded with =), found "
            + shown(text, from, to));
  }

  /**
   * The JDK's decoder accepts bits that mean nothing in the last character; one key must have one
   * spelling.
   */
  private static boolean endsCanonically(byte[] quoted, byte[] decoded) {
    int tail = decoded.length % 3;
    if (tail == 0) {
      return true;
    }
    byte[] last =
        Base64.getEncoder()
            .encode(Arrays.copyOfRange(decoded, decoded.length - tail, decoded.length));
    return Arrays.equals(last, 0, 4, quoted, quoted.length - 4, quoted.length);
  }

  private static String shown(byte[] text, int from, int to) {
    return BadRowException.shown(new String(text, from, to - from, StandardCharsets.UTF_8));
  }
}
