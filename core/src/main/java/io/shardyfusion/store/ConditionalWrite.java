package io.shardyfusion.store;

/** The known outcomes of a conditional write. */
public sealed interface ConditionalWrite {

  /**
   * The object was written.
   *
   * @param tag identifies what was written
   */
  record Written(ObjectTag tag) implements ConditionalWrite {}

  /** The expectation did not hold; nothing was written. */
  record Conflict() implements ConditionalWrite {}
}
