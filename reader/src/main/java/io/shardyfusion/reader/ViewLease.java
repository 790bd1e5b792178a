package io.shardyfusion.reader;

import io.shardyfusion.lifecycle.WorkerThreads;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A view's hold on its snapshot. It ends once: by its owner, or, if the owner was lost without
 * ending it, after the garbage collector found that; then a warning says where the view was made.
 * Thread-safe.
 *
 * <p>What it holds must not refer to the owner, who would never be lost. And the owner must be kept
 * reachable while it is used ({@link java.lang.ref.Reference#reachabilityFence}): without, it may
 * count as lost in the middle of its last call.
 */
final class ViewLease {

  private static final Logger LOG = LoggerFactory.getLogger(ViewLease.class);

  /** One for the process, as each has a thread, which no reader could stop. */
  private static final Cleaner LOST = Cleaner.create(WorkerThreads.named("lost-leases"));

  private static final int MAX_FRAMES = 16;
  private static final StackWalker STACK = StackWalker.getInstance();

  private final Held held;
  private final Cleaner.Cleanable cleanable;

  private ViewLease(Object owner, Held held) {
    this.held = held;
    this.cleanable = LOST.register(owner, held::lost);
  }

  /** The hold itself; it does not refer to the owner, which could otherwise never be collected. */
  private static final class Held {

    private final String what;
    private final Object snapshot;
    private final List<StackWalker.StackFrame> madeAt;
    private final Runnable release;
    private final AtomicBoolean ended = new AtomicBoolean();

    Held(String what, Object snapshot, List<StackWalker.StackFrame> madeAt, Runnable release) {
      this.what = what;
      this.snapshot = snapshot;
      this.madeAt = madeAt;
      this.release = release;
    }

    void lost() {
      if (ended.compareAndSet(false, true)) {
        LOG.warn(
            "event=lease_lost what={} snapshot=\"{}\" made_at=\"{}\" remedy=\"close it\"",
            what,
            snapshot,
            madeAt.stream().map(Object::toString).collect(Collectors.joining(" < ")));
        try {
          release.run();
        } catch (RuntimeException e) {
          LOG.warn("event=lease_release_failed what={} snapshot=\"{}\"", what, snapshot, e);
        }
      }
    }

    boolean end() {
      return ended.compareAndSet(false, true);
    }
  }

  /**
   * A lease that its owner begins now.
   *
   * @param owner whose loss ends it
   * @param what the owner is, for the warning
   * @param snapshot what is held, for the warning
   * @param release called once, when it ends, by the thread that ends it; does not refer to the
   *     owner
   */
  static ViewLease of(Object owner, String what, Object snapshot, Runnable release) {
    return new ViewLease(owner, new Held(what, snapshot, frames(), release));
  }

  /** Returns whether it was ended. */
  boolean ended() {
    return held.ended.get();
  }

  /** Ends it, if that was not done yet. */
  void end() {
    if (held.end()) {
      cleanable.clean(); // Does nothing but take it off the list of those that may be lost.
      held.release.run();
    }
  }

  private static List<StackWalker.StackFrame> frames() {
    return STACK.walk(frames -> frames.limit(MAX_FRAMES).toList());
  }
}
