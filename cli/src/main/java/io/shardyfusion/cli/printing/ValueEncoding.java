package io.shardyfusion.cli.printing;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The way to write the bytes of a value as text. */
public enum ValueEncoding {
  /** Text, where the bytes are valid UTF-8; base64 otherwise. */
  UTF8,
  /** Base64 with padding. */
  BASE64,
  /** Lower-case hexadecimal. */
  HEX;

  /**
   * A value as text.
   *
   * @param text what it reads
   * @param encoding how it was written
   */
  public record Text(String text, String encoding) {}

  /** The value written this way, or as base64 if this is UTF-8 and the bytes are not. */
  public Text write(byte[] value) {
    return switch (this) {
      case UTF8 -> {
        String text = utf8(value);
        yield text == null ? BASE64.write(value) : new Text(text, externalName());
      }
      case BASE64 -> new Text(Base64.getEncoder().encodeToString(value), externalName());
      case HEX -> new Text(HexFormat.of().formatHex(value), externalName());
    };
  }

  private String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable String utf8(byte[] value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** From the text of the option. */
  public static final class Converter implements ITypeConverter<ValueEncoding> {

    @Override
    public ValueEncoding convert(String value) {
      return switch (value) {
        case "utf8" -> UTF8;
        case "base64" -> BASE64;
        case "hex" -> HEX;
        default ->
            throw new TypeConversionException(
                "expected one of utf8, base64, hex, found '" + value + "'");
      };
    }
  }
}
