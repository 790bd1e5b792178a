package io.shardyfusion.format;

/** Range checks of the values of the format, with messages that name the field, the bound and the value. */
final class Checks {

  private Checks() {}

  static void atLeast(String field, long value, long bound) {
    if (value < bound) {
      throw new IllegalArgumentException(field + " must be at least " + bound + ", found " + value);
    }
  }

  static void atMost(String field, long value, long bound) {
    if (value > bound) {
      throw new IllegalArgumentException(field + " must be at most " + bound + ", found " + value);
    }
  }

  static void id(String field, String value) {
    try {
      Layout.checkId(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
    }
  }
}
