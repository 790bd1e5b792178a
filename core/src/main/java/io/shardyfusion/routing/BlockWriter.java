package io.shardyfusion.routing;

import java.util.List;
import java.util.function.Consumer;

/**
 * Writes the fields of a strategy's block of a manifest, or of an object in it, in the order of the
 * calls. A name occurs once; in the block itself, {@code strategy} and {@code num_shards} are
 * taken.
 */
public interface BlockWriter {

  /** A text, which must have a UTF-8 form. */
  void text(String name, String value);

  /** An integer. */
  void integer(String name, long value);

  /** True or false. */
  void flag(String name, boolean value);

  /** An array of texts. */
  void texts(String name, List<String> values);

  /** An array of integers. */
  void integers(String name, List<Long> values);

  /** An object, whose fields {@code fields} writes. */
  void object(String name, Consumer<BlockWriter> fields);
}
