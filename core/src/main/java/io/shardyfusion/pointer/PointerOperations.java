package io.shardyfusion.pointer;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.store.ObjectStore;
import java.time.Clock;
import software.amazon.awssdk.retries.api.BackoffStrategy;

/**
 * The operations on the versions of a dataset: pin, unpin, roll back, announce, quarantine, hold.
 * Each is one compare-and-set of the pointer, safe against jobs that publish and against other
 * operators: what it decides holds of the pointer that it replaces. Thread-safe. Does not own the
 * store.
 *
 * <p>An operation names its version absolutely, so that one that is made twice is made once. Where
 * the pointer does not allow it, the outcome is a refusal: a {@link
 * io.shardyfusion.NotFoundException} if there is no such version, a {@link
 * io.shardyfusion.ConflictException} that says what stands against it, by whom and why, and what to
 * do. A {@link io.shardyfusion.StorageException} is thrown if the store failed; the pointer is then
 * as it was, or has the operation.
 */
public final class PointerOperations {

  private final Dataset dataset;
  private final PointerSwap swap;
  private final Clock clock;

  /** The effect of the next version that is published after a rollback. */
  public enum Afterwards {
    /** It is held: the rollback pins. */
    PIN,
    /** It takes over. */
    NEXT_TAKES_OVER
  }

  /**
   * For the dataset at the root of {@code store}.
   *
   * @param clock gives the times of operations
   */
  public PointerOperations(ObjectStore store, Clock clock) {
    this(store, clock, PointerSwap.BACKOFF);
  }

  /**
   * For the dataset at the root of {@code store}.
   *
   * @param clock gives the times of operations
   * @param backoff the time to wait before another attempt
   */
  PointerOperations(ObjectStore store, Clock clock, BackoffStrategy backoff) {
    this.dataset = new Dataset(store);
    this.swap = new PointerSwap(store, backoff);
    this.clock = clock;
  }

  /** Serves a version, and keeps serving it whatever is published, until the unpin. */
  public EditOutcome pin(long version, Order order) {
    return swap.apply(new PinEdit(dataset, clock.instant(), order, version));
  }

  /** {@linkplain #pin Pins} the version that is served. */
  public EditOutcome pinCurrent(Order order) {
    return swap.apply(new PinEdit(dataset, clock.instant(), order, null));
  }

  /**
   * Ends a pin: serves the newest version that is neither quarantined nor held by a validator.
   * Changes nothing where there is no pin.
   */
  public EditOutcome unpin(Order order) {
    return swap.apply(new UnpinEdit(dataset, clock.instant(), order));
  }

  /**
   * Serves an older version, and quarantines those that it skips: the ones that are newer, up to
   * the one that was served.
   */
  public EditOutcome rollback(long version, Afterwards afterwards, Order order) {
    return swap.apply(new RollbackEdit(dataset, clock.instant(), order, version, afterwards));
  }

  /**
   * Releases a version that is held or quarantined, and serves it; under a pin it is then held by
   * that pin, and what is served stays. Refused if it is older than what is served.
   */
  public EditOutcome announce(long version, Order order) {
    return swap.apply(new ReleaseEdit(dataset, clock.instant(), order, version));
  }

  /** Quarantines a version that is not served, so that no unpin goes to it. */
  public EditOutcome quarantine(long version, Order order) {
    return swap.apply(new QuarantineEdit(dataset, clock.instant(), order, version));
  }

  /**
   * Has a validator hold a version that is not served, so that only {@link #announce} releases it:
   * for a verdict that comes after the version was published.
   */
  public EditOutcome hold(long version, Verdict.Hold hold) {
    return swap.apply(new HoldEdit(dataset, clock.instant(), version, hold));
  }
}
