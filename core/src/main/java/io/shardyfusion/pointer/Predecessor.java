package io.shardyfusion.pointer;

import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import java.io.Serializable;
import java.util.Optional;

/**
 * The version that must be the newest of a dataset, announced or held, for an announcement to be
 * right: the one that its writer knew. By it, a writer notices that another one was there.
 */
public sealed interface Predecessor extends Serializable {

  /** No version at all. */
  record None() implements Predecessor {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The version of that manifest.
   *
   * @param manifest refers to its manifest
   */
  record Version(ManifestRef manifest) implements Predecessor {
    private static final long serialVersionUID = 1L;
  }

  /** Whichever it is: the announcement replaces what others announced. */
  record Any() implements Predecessor {
    private static final long serialVersionUID = 1L;
  }

  /** The newest version of the dataset as it stands. */
  static Predecessor newestOf(Optional<Pointer> pointer) {
    return pointer
        .flatMap(Predecessor::newest)
        .<Predecessor>map(e -> new Version(e.manifest()))
        .orElseGet(None::new);
  }

  /** True if the newest version of the dataset is this one. */
  default boolean isNewestOf(Optional<Pointer> pointer) {
    return this instanceof Any || equals(newestOf(pointer));
  }

  private static Optional<PointerEntry> newest(Pointer pointer) {
    return pointer.history().stream().findFirst();
  }
}
