package io.shardyfusion.routing;

import io.shardyfusion.DataDamagedException;
import java.util.List;
import java.util.Set;

/**
 * The fields of a strategy's block of a manifest, or of an object in it, read strictly: what is
 * missing or of another type is a {@link DataDamagedException} that names the manifest, the path of
 * the field, what was expected and what was found.
 */
public interface BlockReader {

  /** The names of all fields, in no order that means anything. */
  Set<String> names();

  /** Returns whether there is such a field, null or not. */
  boolean has(String name);

  /** A text. */
  String text(String name);

  /** An integer. */
  long integer(String name);

  /** True or false. */
  boolean flag(String name);

  /** An array of at most {@code most} texts. */
  List<String> texts(String name, int most);

  /** An array of at most {@code most} integers. */
  List<Long> integers(String name, int most);

  /** An object. */
  BlockReader object(String name);

  /** The exception that says what is wrong with a field. */
  DataDamagedException damaged(String name, String problem);
}
