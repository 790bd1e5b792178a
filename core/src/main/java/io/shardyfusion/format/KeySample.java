package io.shardyfusion.format;

import io.shardyfusion.key.KeyEncoding;

/**
 * A key of a shard with the hash of its value, by which a reader checks a database it has opened.
 *
 * @param key as it is stored
 * @param valueHash XXH3_64 (seed 0) of the value's bytes; 16 hexadecimal digits in JSON
 */
public record KeySample(HexBytes key, long valueHash) {

  /** Checks the length of the key. */
  public KeySample {
    Checks.key("key", key, KeyEncoding.MAX_KEY_BYTES);
  }
}
