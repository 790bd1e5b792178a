package io.shardyfusion.store;

/** What a conditional write expects to be there. */
public sealed interface Expectation {

  /** That there is no object. */
  record Absent() implements Expectation {}

  /**
   * That the object is still the one that had this tag.
   *
   * @param tag as an earlier read or write of the object gave it
   */
  record Unchanged(ObjectTag tag) implements Expectation {}
}
