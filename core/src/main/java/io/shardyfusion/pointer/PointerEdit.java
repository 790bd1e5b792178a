package io.shardyfusion.pointer;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.Pointer;
import java.util.Optional;

/**
 * One change of the pointer: a function from the pointer as it stands to the one that is to replace
 * it, or to a refusal. It is asked again whenever others were faster, and whenever it is not known
 * whether its last answer was stored. So it must name versions absolutely, and must find its own
 * work done where it is done.
 */
interface PointerEdit {

  /**
   * Decides by the pointer as it stands.
   *
   * @param found the pointer, or empty if the dataset has none
   */
  Decision decide(Optional<Pointer> found);

  /** The edit in the past, for messages that say that nothing was: {@code announced}. */
  String done();

  /** The answer of an edit to a pointer. */
  sealed interface Decision {}

  /**
   * The pointer is to be replaced.
   *
   * @param next by this one
   */
  record Replace(Pointer next) implements Decision {}

  /**
   * The pointer is as this edit would make it.
   *
   * @param found it
   */
  record Keep(Pointer found) implements Decision {}

  /**
   * The pointer does not allow this edit.
   *
   * @param reason which says what was found, and what to do
   */
  record Refuse(ShardyfusionException reason) implements Decision {}
}
