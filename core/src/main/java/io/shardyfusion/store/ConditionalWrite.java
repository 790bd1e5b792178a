package io.shardyfusion.store;

/** The known outcomes of a conditional write. */
public sealed interface ConditionalWrite {

  /**
   * The object was written.
   *
   * @param tag identifies what was written
   */
  record Written(ObjectTag tag) implements ConditionalWrite {}

  /** Nothing was written: the expectation did not hold, or another write was under way. */
  record Conflict() implements ConditionalWrite {}
}
