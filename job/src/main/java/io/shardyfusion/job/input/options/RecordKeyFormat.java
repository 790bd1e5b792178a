package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;

/** The form of a Kafka record's key where the key type is long. */
public enum RecordKeyFormat {
  /** Decimal text. */
  TEXT("text", 0),

  /** A signed integer of 8 bytes, the highest first, as Kafka's LongSerializer writes it. */
  LONG("long", Long.BYTES),

  /** A signed integer of 4 bytes, the highest first, as Kafka's IntegerSerializer writes it. */
  INT("int", Integer.BYTES);

  private final String externalName;
  private final int width;

  RecordKeyFormat(String externalName, int width) {
    this.externalName = externalName;
    this.width = width;
  }

  /**
   * The format as options name it.
   *
   * @throws InvalidRequestException if there is none of that name
   */
  public static RecordKeyFormat of(String externalName) {
    for (RecordKeyFormat format : values()) {
      if (format.externalName.equals(externalName)) {
        return format;
      }
    }
    throw new InvalidRequestException(
        "unknown key format of Kafka's records '"
            + externalName
            + "'; expected one of text, long, int");
  }

  /** The name that options have for it. */
  public String externalName() {
    return externalName;
  }

  /** The number of bytes of a key; 0 for any number. */
  public int width() {
    return width;
  }
}
