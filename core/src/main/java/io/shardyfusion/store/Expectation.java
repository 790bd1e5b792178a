package io.shardyfusion.store;

/** The state of the object that a conditional write expects. */
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
