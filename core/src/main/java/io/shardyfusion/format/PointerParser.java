package io.shardyfusion.format;

import io.shardyfusion.DataDamagedException;

/** The JSON form of a {@link Pointer}. Strict and bounded: see {@code docs/format-spec.md}. */
public final class PointerParser {

  private PointerParser() {}

  /** The UTF-8 JSON document of {@code value}; the same bytes for equal values. */
  public static byte[] toJson(Pointer value) {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * The value that {@code json} holds.
   *
   * @param object the key of the object that {@code json} was read from, for messages
   * @throws DataDamagedException if it breaks the format; the message names object, field and value
   */
  public static Pointer fromJson(String object, byte[] json) {
    throw new UnsupportedOperationException("not yet");
  }
}
