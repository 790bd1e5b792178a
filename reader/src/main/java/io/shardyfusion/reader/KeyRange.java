package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.key.KeyType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A range of keys, in the order in which they are stored: numeric for integers, that of the UTF-8
 * bytes for text, that of the unsigned bytes for bytes. Immutable; the methods that narrow it
 * return another one.
 *
 * <pre>{@code
 * KeyRange.all().from(100L).to(200L)        // 100 to 199
 * KeyRange.all().prefix("user:")
 * }</pre>
 */
public final class KeyRange {

  private static final KeyRange ALL = new KeyRange(null, null, null);

  private final @Nullable Key from;
  private final @Nullable Key to;
  private final @Nullable Key prefix;

  private KeyRange(@Nullable Key from, @Nullable Key to, @Nullable Key prefix) {
    this.from = from;
    this.to = to;
    this.prefix = prefix;
  }

  /** Every key. */
  public static KeyRange all() {
    return ALL;
  }

  /** This range without what comes before {@code key}. */
  public KeyRange from(Key key) {
    return new KeyRange(key, to, prefix);
  }

  /** This range without what comes before {@code key}. */
  public KeyRange from(long key) {
    return from(Key.of(key));
  }

  /** This range without what comes before {@code key}. */
  public KeyRange from(String key) {
    return from(Key.of(key));
  }

  /** This range without what comes before {@code key}, which is copied. */
  public KeyRange from(byte[] key) {
    return from(Key.of(key));
  }

  /** This range without {@code key} and what comes after it. */
  public KeyRange to(Key key) {
    return new KeyRange(from, key, prefix);
  }

  /** This range without {@code key} and what comes after it. */
  public KeyRange to(long key) {
    return to(Key.of(key));
  }

  /** This range without {@code key} and what comes after it. */
  public KeyRange to(String key) {
    return to(Key.of(key));
  }

  /** This range without {@code key}, which is copied, and what comes after it. */
  public KeyRange to(byte[] key) {
    return to(Key.of(key));
  }

  /**
   * This range without the keys that do not start with {@code key}. For keys of type string or
   * bytes.
   */
  public KeyRange prefix(Key key) {
    return new KeyRange(from, to, key);
  }

  /** This range without the keys that do not start with {@code text}. For keys of type string. */
  public KeyRange prefix(String text) {
    return prefix(Key.of(text));
  }

  /**
   * This range without the keys that do not start with {@code bytes}, which are copied. For keys of
   * type bytes.
   */
  public KeyRange prefix(byte[] bytes) {
    return prefix(Key.of(bytes));
  }

  /**
   * Returns whether a key is in this range.
   *
   * @param storedKey as stored by {@code encoding}
   * @throws InvalidRequestException if this can be no range of keys of that encoding
   */
  public boolean contains(byte[] storedKey, KeyEncoding encoding) {
    StoredRange range = stored(encoding);
    return Arrays.compareUnsigned(storedKey, range.lower()) >= 0 && range.endsAfter(storedKey);
  }

  /** This range in stored bytes. */
  StoredRange stored(KeyEncoding encoding) {
    byte[] lower = from == null ? new byte[0] : from.stored(encoding);
    byte[] upper = to == null ? null : to.stored(encoding);
    if (prefix != null) {
      if (encoding.type() == KeyType.LONG) {
        throw new InvalidRequestException(
            "a prefix selects keys of type string or bytes, but this dataset's keys are of type "
                + encoding.type().externalName()
                + "; use from and to");
      }
      byte[] start = prefix.stored(encoding);
      byte[] end = StoredRange.afterPrefix(start);
      lower = Arrays.compareUnsigned(start, lower) > 0 ? start : lower;
      upper =
          end != null && (upper == null || Arrays.compareUnsigned(end, upper) < 0) ? end : upper;
    }
    return new StoredRange(lower, upper);
  }
}
