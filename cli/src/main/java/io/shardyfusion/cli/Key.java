package io.shardyfusion.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.reader.KeyRange;
import io.shardyfusion.reader.SnapshotView;
import io.shardyfusion.routing.Sharding;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A typed key of a dataset: an integer, a text or bytes. */
sealed interface Key {

  /** An integer key that {@code encoding} can store. */
  static Key of(KeyEncoding encoding, long key) {
    return new OfLong(key, encoding.encode(key));
  }

  /** A text key that {@code encoding} can store. */
  static Key of(KeyEncoding encoding, String key) {
    return new OfString(key, encoding.encode(key));
  }

  /** A binary key that {@code encoding} can store. */
  static Key of(KeyEncoding encoding, byte[] key) {
    return new OfBytes(encoding.encode(key));
  }

  /**
   * The key that is stored as {@code stored}.
   *
   * @throws io.shardyfusion.InvalidRequestException if no key of {@code encoding} has these bytes
   */
  static Key decode(KeyEncoding encoding, byte[] stored) {
    return switch (encoding.type()) {
      case LONG -> new OfLong(encoding.decodeLong(stored), stored);
      case STRING -> new OfString(encoding.decode(stored).text(), stored);
      case BYTES -> new OfBytes(stored);
    };
  }

  /** The key of a scan: a {@link Long}, {@link String} or {@code byte[]}. */
  static Key of(KeyEncoding encoding, Object key) {
    if (key instanceof Long number) {
      return of(encoding, number.longValue());
    }
    return key instanceof String text ? of(encoding, text) : of(encoding, (byte[]) key);
  }

  /** It as a {@link Long}, {@link String} or {@code byte[]}. */
  Object value();

  /** Its value, or null if it is not there. */
  byte @Nullable [] lookUp(SnapshotView view);

  /** {@code range} from this key on. */
  KeyRange from(KeyRange range);

  /** {@code range} up to before this key. */
  KeyRange to(KeyRange range);

  /**
   * {@code range} without what does not begin like this key.
   *
   * @throws InvalidRequestException if it is an integer
   */
  KeyRange prefix(KeyRange range);

  /** The bytes by which its shard's database knows it. Not a copy. */
  byte[] stored();

  /** The shard that it belongs to. */
  int shard(Sharding sharding);

  /** A number, a string, or base64 for bytes. */
  JsonNode toJson();

  /** An integer key. */
  @SuppressWarnings("ArrayRecordComponent")
  record OfLong(long key, byte[] stored) implements Key {

    @Override
    public Object value() {
      return key;
    }

    @Override
    public byte @Nullable [] lookUp(SnapshotView view) {
      return view.get(key);
    }

    @Override
    public KeyRange from(KeyRange range) {
      return range.from(key);
    }

    @Override
    public KeyRange to(KeyRange range) {
      return range.to(key);
    }

    @Override
    public KeyRange prefix(KeyRange range) {
      throw new InvalidRequestException(
          "--prefix selects text and binary keys, but the keys of this dataset are integers; use --from and --to");
    }

    @Override
    public int shard(Sharding sharding) {
      return sharding.shardOf(key);
    }

    @Override
    public JsonNode toJson() {
      return JsonNodeFactory.instance.numberNode(key);
    }
  }

  /** A text key. */
  @SuppressWarnings("ArrayRecordComponent")
  record OfString(String key, byte[] stored) implements Key {

    @Override
    public Object value() {
      return key;
    }

    @Override
    public byte @Nullable [] lookUp(SnapshotView view) {
      return view.get(key);
    }

    @Override
    public KeyRange from(KeyRange range) {
      return range.from(key);
    }

    @Override
    public KeyRange to(KeyRange range) {
      return range.to(key);
    }

    @Override
    public KeyRange prefix(KeyRange range) {
      return range.prefix(key);
    }

    @Override
    public int shard(Sharding sharding) {
      return sharding.shardOf(key);
    }

    @Override
    public JsonNode toJson() {
      return JsonNodeFactory.instance.textNode(key);
    }
  }

  /** A binary key, stored as it is. */
  @SuppressWarnings("ArrayRecordComponent")
  record OfBytes(byte[] stored) implements Key {

    @Override
    public Object value() {
      return stored;
    }

    @Override
    public byte @Nullable [] lookUp(SnapshotView view) {
      return view.get(stored);
    }

    @Override
    public KeyRange from(KeyRange range) {
      return range.from(stored);
    }

    @Override
    public KeyRange to(KeyRange range) {
      return range.to(stored);
    }

    @Override
    public KeyRange prefix(KeyRange range) {
      return range.prefix(stored);
    }

    @Override
    public int shard(Sharding sharding) {
      return sharding.shardOf(stored);
    }

    @Override
    public JsonNode toJson() {
      return JsonNodeFactory.instance.textNode(Base64.getEncoder().encodeToString(stored));
    }
  }
}
