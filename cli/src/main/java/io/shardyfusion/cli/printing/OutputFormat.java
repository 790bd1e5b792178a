package io.shardyfusion.cli.printing;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The form in which a command writes its result. */
public enum OutputFormat {
  /** One indented JSON document: an object, or an array where the result has many rows. */
  JSON,
  /** One compact JSON object a line. */
  JSONL,
  /** A table for people. */
  TABLE,
  /** Bare values, separated by tabs. */
  TEXT;

  private static OutputFormat of(String name) {
    return Arrays.stream(values())
        .filter(f -> f.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected one of %s, found '%s'"
                        .formatted(
                            Arrays.stream(values())
                                .map(f -> f.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")),
                            name)));
  }

  /** From the text of the option. */
  public static final class Converter implements ITypeConverter<OutputFormat> {

    @Override
    public OutputFormat convert(String value) {
      return of(value);
    }
  }
}
