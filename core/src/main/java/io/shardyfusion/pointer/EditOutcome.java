package io.shardyfusion.pointer;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.Pointer;
import java.util.Optional;

/** The outcomes of a change of the pointer. A store that failed is an exception instead. */
public sealed interface EditOutcome {

  /**
   * The pointer was replaced.
   *
   * @param before the pointer that was replaced, or empty if there was none
   * @param after the pointer that replaced it; others may have replaced it since
   * @param proof how that is known
   */
  record Replaced(Optional<Pointer> before, Pointer after, Proof proof) implements EditOutcome {}

  /**
   * The pointer was as the change would have made it.
   *
   * @param pointer as it stands
   */
  record Unchanged(Pointer pointer) implements EditOutcome {}

  /**
   * The pointer does not allow the change, and is as it was.
   *
   * @param reason the exception that says what was found, and what to do
   */
  record Refused(ShardyfusionException reason) implements EditOutcome {}

  /** The way in which it is known that the pointer was replaced. */
  enum Proof {
    /** The store said so. */
    ANSWERED,
    /** The store's answer was ambiguous, and the pointer that was read then has the change. */
    READ_BACK
  }

  /**
   * The pointer after the change.
   *
   * @throws ShardyfusionException the reason, if it was refused
   */
  default Pointer orThrow() {
    if (this instanceof Refused refused) {
      throw refused.reason();
    }
    return this instanceof Replaced replaced ? replaced.after() : ((Unchanged) this).pointer();
  }
}
