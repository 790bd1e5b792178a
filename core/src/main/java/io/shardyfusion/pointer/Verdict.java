package io.shardyfusion.pointer;

import java.util.List;

/** The answer of a {@link Gate}. */
public sealed interface Verdict {

  /** The snapshot may be served. */
  record Pass() implements Verdict {}

  /**
   * The snapshot joins the history, and waits there until an operator announces it.
   *
   * @param reasons against it, at least one; those that are too long or too many for the pointer
   *     are cut
   */
  record Hold(List<String> reasons) implements Verdict {

    /** Checks that there is a reason, and copies them. */
    public Hold {
      reasons = List.copyOf(reasons);
      if (reasons.isEmpty()) {
        throw new IllegalArgumentException("a snapshot is held for a reason, found none");
      }
    }
  }
}
