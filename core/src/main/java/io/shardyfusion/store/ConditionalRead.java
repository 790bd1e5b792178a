package io.shardyfusion.store;

/** The outcomes of a conditional read. */
public sealed interface ConditionalRead {

  /**
   * The object differs from the one of the tag.
   *
   * @param object what is there now
   */
  record Changed(StoredObject object) implements ConditionalRead {}

  /** The object is still the one of the tag. */
  record Unchanged() implements ConditionalRead {}

  /** There is no object. */
  record Missing() implements ConditionalRead {}
}
