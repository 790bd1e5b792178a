package io.shardyfusion.dataset;

/** The outcomes of {@link Dataset#pointerIfChanged}. */
public sealed interface PointerRead {

  /**
   * The pointer differs from the one of the tag.
   *
   * @param state what is there now
   */
  record Changed(PointerState state) implements PointerRead {}

  /** The pointer is still the one of the tag. */
  record Unchanged() implements PointerRead {}

  /** The dataset has no pointer, though it had one. */
  record Missing() implements PointerRead {}
}
