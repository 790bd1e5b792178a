package io.shardyfusion.pointer;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.HeldBy;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.StatusNote;
import io.shardyfusion.format.VersionStatus;
import java.time.Instant;

/** Has a validator hold a version that is not served: only its announcement releases it. */
final class HoldEdit extends OperatorEdit {

  private final long version;

  HoldEdit(Dataset dataset, Instant time, long version, Verdict.Hold hold) {
    super(dataset, time, noted(time, hold));
    this.version = version;
  }

  private static StatusNote noted(Instant time, Verdict.Hold hold) {
    return new StatusNote(time, null, StatusNote.because(hold.reasons()).reasons());
  }

  @Override
  public String done() {
    return "held";
  }

  @Override
  Decision decide(Pointer pointer) {
    PointerEntry entry = entry(pointer, version);
    if (entry.isHeldByValidator()) {
      return new Keep(pointer);
    }
    if (entry.equals(pointer.current())) {
      throw refused("version " + version + " is served; roll back to an older one");
    }
    if (entry.status() == VersionStatus.QUARANTINED) {
      throw refused("version " + version + " is quarantined already");
    }
    return with(entry.held(HeldBy.VALIDATOR, note()), pointer);
  }
}
