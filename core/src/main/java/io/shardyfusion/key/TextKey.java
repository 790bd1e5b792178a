package io.shardyfusion.key;

/** A key that is Unicode text, whose UTF-8 is made once. */
public final class TextKey implements Key {

  private final String text;
  private final byte[] utf8;

  TextKey(String text) {
    this(text, KeyEncoding.UTF8.encode(text));
  }

  /** The text whose UTF-8 is that, which is not copied. */
  TextKey(String text, byte[] utf8) {
    this.text = text;
    this.utf8 = utf8;
  }

  @Override
  public KeyType type() {
    return KeyType.STRING;
  }

  @Override
  public Object value() {
    return text;
  }

  @Override
  public byte[] stored(KeyEncoding encoding) {
    return encoding == KeyEncoding.UTF8 ? utf8 : encoding.encode(text);
  }

  @Override
  public byte[] canonical() {
    return utf8;
  }

  @Override
  public String text() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextKey that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return KeyText.abbreviated(text);
  }
}
