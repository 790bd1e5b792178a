package io.shardyfusion.pointer;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.VersionStatus;
import java.time.Instant;

/**
 * Ends a pin: serves the newest version that neither an operator rolled back nor a validator holds.
 */
final class UnpinEdit extends OperatorEdit {

  UnpinEdit(Dataset dataset, Instant time, Order order) {
    super(dataset, time, order.at(time));
  }

  @Override
  public String done() {
    return "unpinned";
  }

  @Override
  Decision decide(Pointer pointer) {
    if (pointer.pin() == null) {
      return new Keep(pointer);
    }
    // There is one: what is pinned is served, and what is served is announced.
    long newest =
        pointer.history().stream()
            .filter(e -> e.status() != VersionStatus.QUARANTINED && !e.isHeldByValidator())
            .mapToLong(PointerEntry::version)
            .max()
            .orElseThrow();
    return serving(newest, null, pointer, e -> e.version() == newest ? announced(e) : e);
  }
}
