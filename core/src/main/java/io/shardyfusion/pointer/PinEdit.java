package io.shardyfusion.pointer;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Pin;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Serves one version, and keeps serving it whatever is published. */
final class PinEdit extends OperatorEdit {

  private final @Nullable Long version;
  private final Order order;

  /**
   * A pin.
   *
   * @param version the version to pin, or null for the one that is served
   */
  PinEdit(Dataset dataset, Instant time, Order order, @Nullable Long version) {
    super(dataset, time, order.at(time));
    this.version = version;
    this.order = order;
  }

  @Override
  public String done() {
    return "pinned";
  }

  @Override
  Decision decide(Pointer pointer) {
    PointerEntry entry = version == null ? served(pointer) : entry(pointer, version);
    Pin pin = new Pin(entry.version(), time(), order.reason(), order.who());
    if (saysNoMore(pin, pointer.pin())) {
      return new Keep(pointer);
    }
    checkReleased(entry, pointer);
    return serving(
        entry.version(), pin, pointer, e -> e.version() == entry.version() ? announced(e) : e);
  }

  private static boolean saysNoMore(Pin pin, @Nullable Pin found) {
    return found != null
        && found.version() == pin.version()
        && (pin.reason() == null || pin.reason().equals(found.reason()))
        && (pin.who() == null || Objects.equals(pin.who(), found.who()));
  }
}
