package io.shardyfusion.schema;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.ValueSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Makes and compares the schemas of values. */
public final class ValueSchemas {

  private ValueSchemas() {}

  /**
   * The schema that a text states, checked.
   *
   * @throws InvalidRequestException if the text is no schema of this kind or larger than {@link
   *     Limits#MAX_VALUE_SCHEMA_BYTES}, or the module of the kind is missing
   */
  public static ValueSchema of(ValueSchema.Kind kind, String text) {
    checkSize(text.getBytes(StandardCharsets.UTF_8).length, "the value schema");
    try {
      return new ValueSchema(kind, SchemaLanguages.of(kind).fingerprint(text), text);
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException("the value schema: " + e.getMessage(), e);
    }
  }

  /**
   * The schema in a file, whose name says its kind: {@code .avsc} is Avro, {@code .json} is JSON
   * Schema.
   *
   * @throws InvalidRequestException if the file cannot be read, is not UTF-8, has another name, or
   *     as by {@link #of}
   */
  public static ValueSchema read(Path file) {
    ValueSchema.Kind kind = kind(file);
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(Limits.MAX_VALUE_SCHEMA_BYTES + 1);
    } catch (IOException e) {
      throw new InvalidRequestException("the value schema " + file + " cannot be read: " + e, e);
    }
    checkSize(content.length, "the value schema " + file);
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidRequestException("the value schema " + file + " is not UTF-8", e);
    }
    try {
      return of(kind, text);
    } catch (InvalidRequestException e) {
      throw new InvalidRequestException(file + ": " + e.getMessage(), e);
    }
  }

  private static ValueSchema.Kind kind(Path file) {
    String name = file.toString();
    if (name.endsWith(".avsc")) {
      return ValueSchema.Kind.AVRO;
    }
    if (name.endsWith(".json")) {
      return ValueSchema.Kind.JSON_SCHEMA;
    }
    throw new InvalidRequestException(
        "the name of the value schema "
            + file
            + " does not say what it is: expected .avsc for Avro, or .json for JSON Schema");
  }

  private static void checkSize(int bytes, String what) {
    if (bytes > Limits.MAX_VALUE_SCHEMA_BYTES) {
      throw new InvalidRequestException(
          what
              + " is larger than "
              + Limits.MAX_VALUE_SCHEMA_BYTES
              + " bytes, which is the most that a manifest records; leave comments and"
              + " documentation out of it, or keep it elsewhere and put a reference to it among the"
              + " custom entries");
    }
  }

  /**
   * The reasons why a program that decodes by {@code reader} may fail on values that were written
   * by {@code writer}: none if it reads them all. Schemas of equal kind and fingerprint need no
   * module for that.
   *
   * @throws InvalidRequestException if the module of the kind is needed and missing
   */
  public static List<String> obstacles(ValueSchema reader, ValueSchema writer) {
    if (reader.kind() != writer.kind()) {
      return List.of(
          "it is of kind "
              + writer.kind().externalName()
              + " instead of "
              + reader.kind().externalName());
    }
    if (reader.fingerprint().equals(writer.fingerprint())) {
      return List.of();
    }
    Set<String> obstacles =
        new LinkedHashSet<>(
            SchemaLanguages.of(reader.kind()).obstacles(reader.text(), writer.text()));
    return List.copyOf(obstacles);
  }
}
