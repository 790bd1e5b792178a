package io.shardyfusion.format;

import io.shardyfusion.DataDamagedException;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to the fields of one binary form, in their order: of what a job keeps in its state,
 * or of what its tasks send each other. What {@link JsonFields} is for documents: bytes that end
 * too early or go on after the last field, a negative size, and what is refused by the value that
 * is made of it are a {@link DataDamagedException} that says of what, which field, and what was
 * found.
 */
public final class BinaryFields {

  private final String what;
  private final DataInput in;

  /** The bytes that are left, or null where that is not known. */
  private final @Nullable ByteArrayInputStream whole;

  private BinaryFields(String what, DataInput in, @Nullable ByteArrayInputStream whole) {
    this.what = what;
    this.in = in;
    this.whole = whole;
  }

  /** Makes a value of fields. */
  @FunctionalInterface
  public interface Form<T> {

    /** Reads the fields of a value and makes it. */
    T read(BinaryFields fields) throws IOException;
  }

  /**
   * The value that {@code bytes} hold, all of them.
   *
   * @param what names the value in messages, for example {@code the state of a shard}
   * @throws DataDamagedException if they are no such value, or more than one
   */
  public static <T> T read(String what, byte[] bytes, Form<T> form) {
    ByteArrayInputStream whole = new ByteArrayInputStream(bytes);
    BinaryFields fields = new BinaryFields(what, new DataInputStream(whole), whole);
    T value;
    try {
      value = fields.make(form);
    } catch (IOException e) {
      throw fields.damaged(String.valueOf(e.getMessage()), e);
    }
    if (whole.available() > 0) {
      throw fields.damaged(
          "expected nothing after its last field, found " + whole.available() + " bytes more");
    }
    return value;
  }

  /**
   * The next value of {@code in}, which others may follow.
   *
   * @param what names the value in messages
   * @throws DataDamagedException if it is no such value
   * @throws IOException if {@code in} fails
   */
  public static <T> T readNext(String what, DataInput in, Form<T> form) throws IOException {
    return new BinaryFields(what, in, null).make(form);
  }

  /**
   * The exception of a form of a version that this software does not know.
   *
   * @param what names the value, for example {@code the state of a shard}
   * @param newest the newest version that is known; the oldest is 1
   */
  public static DataDamagedException unknownVersion(String what, int newest, int found) {
    return new DataDamagedException(
        "expected "
            + what
            + " of version "
            + (newest == 1 ? "1" : "1 to " + newest)
            + ", found version "
            + found
            + "; restore with the version of shardyfusion that wrote it, or a newer one");
  }

  private <T> T make(Form<T> form) throws IOException {
    try {
      return form.read(this);
    } catch (EOFException e) {
      throw damaged("it ends too early", e);
    } catch (UTFDataFormatException e) {
      throw damaged("it has text that is none: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw damaged(String.valueOf(e.getMessage()), e);
    }
  }

  /** A flag: one byte, 0 or 1. */
  public boolean flag(String name) throws IOException {
    byte value = in.readByte();
    if (value != 0 && value != 1) {
      throw damaged(name + " must be 0 or 1, found " + value);
    }
    return value == 1;
  }

  /** A byte, such as a version or a kind. */
  public byte octet() throws IOException {
    return in.readByte();
  }

  /** An integer of 4 bytes, big-endian; whoever makes a value of it checks it. */
  public int smallInteger() throws IOException {
    return in.readInt();
  }

  /** An integer of 8 bytes, big-endian; whoever makes a value of it checks it. */
  public long integer() throws IOException {
    return in.readLong();
  }

  /** Text, as {@code writeUTF} writes it. */
  public String text() throws IOException {
    return in.readUTF();
  }

  /** Bytes after their number (4 bytes). */
  public byte[] bytes(String name) throws IOException {
    return bytes(name, size(name));
  }

  /** Bytes after their number (4 bytes), or null where that is -1. */
  public byte @Nullable [] nullableBytes(String name) throws IOException {
    int size = in.readInt();
    return size == -1 ? null : bytes(name, notNegative(name, size));
  }

  /** A digest of 32 bytes. */
  public Sha256 digest(String name) throws IOException {
    return new Sha256(HexBytes.of(bytes(name, Sha256.BYTES)).hex());
  }

  /** A digest as text of 64 hexadecimal digits. */
  public Sha256 hexDigest(String name) throws IOException {
    return converted(name, text(), Sha256::new);
  }

  /** Bytes as hexadecimal text after a flag, or null where that is 0. */
  public @Nullable HexBytes nullableHex(String name) throws IOException {
    return flag(name) ? converted(name, text(), HexBytes::new) : null;
  }

  /** A reference to a manifest: its key as text, and its digest as text. */
  public ManifestRef manifest(String name) throws IOException {
    String object = converted(name, text(), Layout::checkManifest);
    return new ManifestRef(object, hexDigest(name));
  }

  /** Values after their number (4 bytes). */
  public <T> List<T> list(String name, Form<T> form) throws IOException {
    List<T> list = new ArrayList<>();
    for (int left = size(name); left > 0; left--) {
      list.add(form.read(this));
    }
    return list;
  }

  /** Integers by their names, after their number (4 bytes). */
  public Map<String, Long> integers(String name) throws IOException {
    Map<String, Long> map = new TreeMap<>();
    for (int left = size(name); left > 0; left--) {
      map.put(text(), integer());
    }
    return map;
  }

  /** The exception that says what is wrong with the value. */
  public DataDamagedException damaged(String problem) {
    return damaged(problem, null);
  }

  private <T> T converted(String name, String text, Function<String, T> convert) {
    try {
      return convert.apply(text);
    } catch (IllegalArgumentException e) {
      throw damaged(name + ": " + e.getMessage(), e);
    }
  }

  private int size(String name) throws IOException {
    return notNegative(name, in.readInt());
  }

  private int notNegative(String name, int size) {
    if (size < 0) {
      throw damaged("the size of " + name + " must be at least 0, found " + size);
    }
    return size;
  }

  private byte[] bytes(String name, int size) throws IOException {
    if (whole != null && size > whole.available()) {
      throw damaged(
          name + " must have " + size + " bytes, found " + whole.available() + " and no more");
    }
    byte[] bytes = new byte[size];
    in.readFully(bytes);
    return bytes;
  }

  private DataDamagedException damaged(String problem, @Nullable Throwable cause) {
    return new DataDamagedException(what + " is damaged: " + problem, cause);
  }
}
