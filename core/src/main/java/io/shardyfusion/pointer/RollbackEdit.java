package io.shardyfusion.pointer;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Pin;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import java.time.Instant;

/**
 * Serves an older version, and quarantines those between it and the one that was served. It pins,
 * so that a continuous job does not undo it, unless the next version is to take over.
 */
final class RollbackEdit extends OperatorEdit {

  private final long version;
  private final PointerOperations.Afterwards afterwards;
  private final Order order;

  RollbackEdit(
      Dataset dataset,
      Instant time,
      Order order,
      long version,
      PointerOperations.Afterwards afterwards) {
    super(dataset, time, order.at(time));
    this.version = version;
    this.afterwards = afterwards;
    this.order = order;
  }

  @Override
  public String done() {
    return "rolled back";
  }

  @Override
  Decision decide(Pointer pointer) {
    PointerEntry target = entry(pointer, version);
    if (pointer.history().stream().anyMatch(e -> e.note().equals(note()))) {
      return new Keep(pointer);
    }
    long served = served(pointer).version();
    if (version >= served) {
      throw refused(
          "version "
              + version
              + " is not older than version "
              + served
              + ", which is served, so there is nothing to roll back; pin it to stay at it, or announce a newer version to"
              + " serve it");
    }
    checkReleased(target, pointer);
    return serving(
        version,
        afterwards == PointerOperations.Afterwards.PIN
            ? new Pin(version, time(), order.reason(), order.who())
            : null,
        pointer,
        e -> changed(e, served));
  }

  private PointerEntry changed(PointerEntry entry, long served) {
    if (entry.version() == version) {
      return announced(entry);
    }
    return entry.version() > version && entry.version() <= served
        ? entry.quarantined(note())
        : entry;
  }
}
