package io.shardyfusion.reader;

import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;

/**
 * Has Lincheck try the interleavings of lookups and closers at a {@link LookupGate}, and hold the
 * results against those of one thread. A process of its own, as Lincheck rewrites classes. Public
 * where it needs that. (What holds snapshots is full of records, which Lincheck 2.39 fails on: see
 * {@link SwapStressTest}.)
 */
public final class GateInterleavings {

  /** What the last line is, if all went well. */
  static final String DONE = "no interleaving is wrong";

  private GateInterleavings() {}

  /** Ends with a status other than zero, and the interleaving, if one is wrong. */
  public static void main(String[] args) {
    LinChecker.check(
        Gate.class,
        new ModelCheckingOptions()
            .iterations(10)
            .invocationsPerIteration(80)
            .threads(3)
            .actorsPerThread(2)
            .actorsBefore(0)
            .actorsAfter(1)
            .minimizeFailedScenario(false));
    System.out.println(DONE);
  }

  /** A resource behind a {@link LookupGate}. */
  public static final class Gate {

    // Four counters: the checker's threads share some.
    private final LookupGate gate = new LookupGate(1);
    private volatile boolean released;

    /** A lookup, which must find the resource if it is let in. */
    @Operation
    public String lookUp() {
      int pass = gate.enter();
      if (pass == LookupGate.REFUSED) {
        return "refused";
      }
      try {
        return released ? "inside what was released" : "found";
      } finally {
        gate.leave(pass, LookupGate.FOUND);
      }
    }

    /** Shuts, and releases if nobody is inside. */
    @Operation
    public void releaseIfIdle() {
      gate.shut();
      if (gate.isEmpty()) {
        released = true;
      }
    }

    /** Shuts, and releases when nobody is inside. */
    @Operation
    public void release() {
      gate.shut();
      gate.awaitEmpty();
      released = true;
    }
  }
}
