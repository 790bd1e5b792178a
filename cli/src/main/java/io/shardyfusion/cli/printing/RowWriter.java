package io.shardyfusion.cli.printing;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Takes the rows of a result one after the other. */
@FunctionalInterface
public interface RowWriter extends AutoCloseable {

  void write(ObjectNode row);

  /** Writes what ends the result; called once, and not after a failure. */
  @Override
  default void close() {}
}
