package io.shardyfusion.pointer;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.HeldBy;
import io.shardyfusion.format.Pin;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.VersionStatus;
import java.time.Instant;

/**
 * Announces a version that waits, or that was rolled back: serves it. Under a pin it waits for the
 * unpin, as what is published then does.
 */
final class ReleaseEdit extends OperatorEdit {

  private final long version;

  ReleaseEdit(Dataset dataset, Instant time, Order order, long version) {
    super(dataset, time, order.at(time));
    this.version = version;
  }

  @Override
  public String done() {
    return "announced";
  }

  @Override
  Decision decide(Pointer pointer) {
    PointerEntry entry = entry(pointer, version);
    PointerEntry current = pointer.current();
    if (entry.equals(current) || entry.note().equals(note())) {
      return new Keep(pointer);
    }
    if (current != null && version < current.version()) {
      throw refused(
          "version "
              + version
              + " is older than version "
              + current.version()
              + ", which is served; "
              + (entry.isHeldByValidator()
                  ? release(entry, pointer)
                  : "roll back to it if it is meant"));
    }
    Pin pin = pointer.pin();
    if (pin == null) {
      return serving(version, null, pointer, e -> e.version() == version ? e.announced(note()) : e);
    }
    if (!entry.isHeldByValidator() && entry.status() != VersionStatus.QUARANTINED) {
      throw refused(
          shown(pin)
              + ", and nothing else holds version "
              + version
              + " back; unpin, or pin version "
              + version
              + " instead");
    }
    return with(entry.held(HeldBy.PIN, note()), pointer);
  }
}
