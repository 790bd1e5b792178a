package io.shardyfusion.format;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/**
 * The schema that a snapshot's values were written by. Made of a text by {@code
 * io.shardyfusion.schema.ValueSchemas}, which also checks that the text is a schema.
 *
 * @param kind the language that the text is in
 * @param fingerprint what schemas of one kind are told apart by: see {@link Kind}
 * @param text the schema as its author gave it; at most {@link Limits#MAX_VALUE_SCHEMA_BYTES} bytes
 *     in UTF-8
 */
public record ValueSchema(Kind kind, Sha256 fingerprint, String text) implements Serializable {

  private static final long serialVersionUID = 1L;

  /** The languages of schemas. */
  public enum Kind {
    /**
     * Apache Avro; values are its binary encoding. The fingerprint is the SHA-256 of the schema's
     * Parsing Canonical Form, so that equal fingerprints mean equal bytes.
     */
    AVRO("avro"),

    /** JSON Schema; values are JSON. The fingerprint is the SHA-256 of the text as it is. */
    JSON_SCHEMA("json-schema");

    private final String externalName;

    Kind(String externalName) {
      this.externalName = externalName;
    }

    /** The name in manifests, for example {@code avro}. */
    public String externalName() {
      return externalName;
    }

    /** The one of that {@linkplain #externalName() name}. */
    static Kind of(String externalName) {
      return Checks.named(values(), Kind::externalName, externalName);
    }
  }

  /** Checks the bound, and the fingerprint where it is that of the text. */
  public ValueSchema {
    Checks.text("text", text, Limits.MAX_VALUE_SCHEMA_BYTES);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Checks.size("text", "bytes", bytes.length, Limits.MAX_VALUE_SCHEMA_BYTES);
    if (kind == Kind.JSON_SCHEMA && !Sha256.of(bytes).equals(fingerprint)) {
      throw new IllegalArgumentException(
          "fingerprint must be the SHA-256 of the text, "
              + Sha256.of(bytes)
              + ", found "
              + fingerprint);
    }
  }

  /** Kind and fingerprint, for messages. */
  @Override
  public String toString() {
    return kind.externalName() + " " + fingerprint.hex();
  }
}
