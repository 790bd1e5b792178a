package io.shardyfusion.testkit;

import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;

/** The keys of tests, which are given as objects. */
final class TestKeys {

  private TestKeys() {}

  /**
   * The encoding that stores any key of that type.
   *
   * @throws io.shardyfusion.InvalidRequestException if it is no key
   */
  static KeyEncoding encodingOf(Object key) {
    return switch (Key.ofObject(key).type()) {
      case LONG -> KeyEncoding.I64;
      case STRING -> KeyEncoding.UTF8;
      case BYTES -> KeyEncoding.RAW;
    };
  }
}
