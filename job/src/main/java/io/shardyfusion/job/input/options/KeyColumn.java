package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.key.KeyType;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The column that holds the key of a row, and the form in which the key is stored.
 *
 * @param column the column's name, or null: the key of the record; only records of Kafka have one
 * @param type the key's type: an integer, text, or bytes as base64 text
 * @param encoding how the key is stored; of the same type
 */
public record KeyColumn(@Nullable String column, KeyType type, KeyEncoding encoding)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Checks that the encoding stores keys of the type. */
  public KeyColumn {
    if (column != null && column.isEmpty()) {
      throw new InvalidRequestException(
          "the name of the key column is empty; name a column of the input");
    }
    if (encoding.type() != type) {
      throw new InvalidRequestException(
          """
          the key encoding %s stores keys of type %s, but the key type is %s; choose %s, or \
          another key type"""
              .formatted(
                  encoding.externalName(),
                  encoding.type().externalName(),
                  type.externalName(),
                  type.defaultEncoding().externalName()));
    }
  }

  /**
   * The key column as options name it.
   *
   * @param column the column's name, or null for the key of the record
   * @param encoding the encoding's name, or null for the type's default
   * @throws InvalidRequestException if the type or the encoding is unknown, or they do not fit
   */
  public static KeyColumn of(@Nullable String column, String type, @Nullable String encoding) {
    KeyType keyType = KeyType.of(type);
    return new KeyColumn(
        column, keyType, encoding == null ? keyType.defaultEncoding() : KeyEncoding.of(encoding));
  }
}
