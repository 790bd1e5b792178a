package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
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

  private final @Nullable Object from;
  private final @Nullable Object to;
  private final @Nullable Object prefix;

  private KeyRange(@Nullable Object from, @Nullable Object to, @Nullable Object prefix) {
    this.from = from;
    this.to = to;
    this.prefix = prefix;
  }

  /** Every key. */
  public static KeyRange all() {
    return ALL;
  }

  /** This range without what comes before {@code key}. */
  public KeyRange from(long key) {
    return new KeyRange(key, to, prefix);
  }

  /** This range without what comes before {@code key}. */
  public KeyRange from(String key) {
    return new KeyRange(key, to, prefix);
  }

  /** This range without what comes before {@code key}, which is copied. */
  public KeyRange from(byte[] key) {
    return new KeyRange(key.clone(), to, prefix);
  }

  /** This range without {@code key} and what comes after it. */
  public KeyRange to(long key) {
    return new KeyRange(from, key, prefix);
  }

  /** This range without {@code key} and what comes after it. */
  public KeyRange to(String key) {
    return new KeyRange(from, key, prefix);
  }

  /** This range without {@code key}, which is copied, and what comes after it. */
  public KeyRange to(byte[] key) {
    return new KeyRange(from, key.clone(), prefix);
  }

  /** This range without the keys that do not start with {@code text}. For keys of type string. */
  public KeyRange prefix(String text) {
    return new KeyRange(from, to, text);
  }

  /**
   * This range without the keys that do not start with {@code bytes}, which are copied. For keys of
   * type bytes.
   */
  public KeyRange prefix(byte[] bytes) {
    return new KeyRange(from, to, bytes.clone());
  }

  /** This range in stored bytes. */
  StoredRange stored(KeyEncoding encoding) {
    byte[] lower = from == null ? new byte[0] : Keys.encode(encoding, from);
    byte[] upper = to == null ? null : Keys.encode(encoding, to);
    if (prefix != null) {
      if (encoding.type() == KeyType.LONG) {
        throw new InvalidRequestException(
            "a prefix selects keys of type string or bytes, but this dataset's keys are of type "
                + encoding.type().externalName()
                + "; use from and to");
      }
      byte[] start = Keys.encode(encoding, prefix);
      byte[] end = StoredRange.afterPrefix(start);
      lower = Arrays.compareUnsigned(start, lower) > 0 ? start : lower;
      upper =
          end != null && (upper == null || Arrays.compareUnsigned(end, upper) < 0) ? end : upper;
    }
    return new StoredRange(lower, upper);
  }
}
