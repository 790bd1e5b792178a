package io.shardyfusion.pointer;

import io.shardyfusion.format.PointerEntry;
import java.util.Optional;

/**
 * Judges a snapshot by the version that it would replace. It is asked within the compare-and-set
 * that announces the snapshot, again whenever another version came in between, and never about a
 * snapshot that is in the history.
 */
@FunctionalInterface
public interface Gate {

  /** Lets everything pass. */
  Gate OPEN = current -> new Verdict.Pass();

  /**
   * Judges.
   *
   * @param current the version that readers have, or empty if there is none
   */
  Verdict judge(Optional<PointerEntry> current);
}
