package io.shardyfusion.pointer;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.VersionStatus;
import java.time.Instant;

/** Quarantines a version that is not served: no unpin goes to it. */
final class QuarantineEdit extends OperatorEdit {

  private final long version;

  QuarantineEdit(Dataset dataset, Instant time, Order order, long version) {
    super(dataset, time, order.at(time));
    this.version = version;
  }

  @Override
  public String done() {
    return "quarantined";
  }

  @Override
  Decision decide(Pointer pointer) {
    PointerEntry entry = entry(pointer, version);
    if (entry.status() == VersionStatus.QUARANTINED) {
      return new Keep(pointer);
    }
    if (entry.equals(pointer.current())) {
      throw refused(
          "version " + version + " is served; roll back to an older one, which quarantines it");
    }
    return with(entry.quarantined(note()), pointer);
  }
}
