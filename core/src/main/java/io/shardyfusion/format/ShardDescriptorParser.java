package io.shardyfusion.format;

import io.shardyfusion.DataDamagedException;

/** The JSON form of a {@link ShardDescriptor}. Strict and bounded: see {@code docs/format-spec.md}. */
public final class ShardDescriptorParser {

  private ShardDescriptorParser() {}

  /** The UTF-8 JSON document of {@code value}; the same bytes for equal values. */
  public static byte[] toJson(ShardDescriptor value) {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * The value that {@code json} holds.
   *
   * @param object the key of the object that {@code json} was read from, for messages
   * @throws DataDamagedException if it breaks the format; the message names object, field and value
   */
  public static ShardDescriptor fromJson(String object, byte[] json) {
    throw new UnsupportedOperationException("not yet");
  }
}
