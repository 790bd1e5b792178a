package io.shardyfusion.schema;

import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ValueSchema;
import java.util.List;

/**
 * A language of schemas. JSON Schema is built in; others are services ({@link
 * java.util.ServiceLoader}): the class is public, has a public constructor without parameters, and
 * is named in {@code META-INF/services/io.shardyfusion.schema.SchemaLanguage}. So the library of a
 * language is needed only where schemas are recorded, compared, or decoded by.
 *
 * <p>Thread-safe.
 */
public interface SchemaLanguage {

  /** The kind of schema that it knows. */
  ValueSchema.Kind kind();

  /**
   * The fingerprint of a schema, as its {@linkplain ValueSchema.Kind kind} defines it.
   *
   * @throws io.shardyfusion.InvalidRequestException if the text is no schema of this language; the
   *     message says why
   */
  Sha256 fingerprint(String text);

  /**
   * The reasons why a program that decodes by {@code reader} may fail on values that were written
   * by {@code writer}: none if it reads them all.
   *
   * @throws io.shardyfusion.InvalidRequestException if one of them is no schema of this language
   */
  List<String> obstacles(String reader, String writer);
}
