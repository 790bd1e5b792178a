package io.shardyfusion.format;

import io.shardyfusion.DataDamagedException;

/** The JSON form of a {@link RunRecord}. Strict and bounded: see {@code docs/format-spec.md}. */
public final class RunRecordParser {

  private RunRecordParser() {}

  /** The UTF-8 JSON document of {@code value}; the same bytes for equal values. */
  public static byte[] toJson(RunRecord value) {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * The value that {@code json} holds.
   *
   * @param object the key of the object that {@code json} was read from, for messages
   * @throws DataDamagedException if it breaks the format; the message names object, field and value
   */
  public static RunRecord fromJson(String object, byte[] json) {
    throw new UnsupportedOperationException("not yet");
  }
}
