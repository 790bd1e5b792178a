package io.shardyfusion.reader;

import org.jetbrains.kotlinx.lincheck.annotations.Operation;

/** A resource behind a gate: what {@link InterleavingIT} checks. Public for the checker. */
public final class GateModel {

  // Four counters: the threads of the checker share them, or do not.
  private final LookupGate gate = new LookupGate(1);
  private volatile boolean released;

  /** A lookup, which must find the resource as long as it is let in. */
  @Operation
  public String lookUp() {
    int pass = gate.enter();
    if (pass == LookupGate.REFUSED) {
      return "refused";
    }
    try {
      return released ? "inside a released resource" : "found";
    } finally {
      gate.leave(pass);
    }
  }

  /** Shuts, and releases, if nobody is inside. */
  @Operation
  public void releaseIfIdle() {
    gate.shut();
    if (gate.isEmpty()) {
      released = true;
    }
  }

  /** Shuts, and releases, when nobody is inside. */
  @Operation
  public void release() {
    gate.shut();
    gate.awaitEmpty();
    released = true;
  }
}
