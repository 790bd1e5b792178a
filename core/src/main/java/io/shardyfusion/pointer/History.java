package io.shardyfusion.pointer;

import io.shardyfusion.format.PointerEntry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The history of a pointer within its bounds, so that a pointer never grows beyond its own. */
final class History {

  /** The number of versions that the pointer remembers; the oldest leave first. */
  static final int ENTRIES = 200;

  /**
   * The most characters that the reasons of a history have together; those of the oldest versions
   * leave first. At six bytes each they take less than half of the largest pointer.
   */
  static final int REASON_CHARACTERS = 1 << 16;

  private History() {}

  /** The history with one more version, the newest; what is served never leaves it. */
  static List<PointerEntry> adding(
      PointerEntry entry, List<PointerEntry> history, @Nullable PointerEntry served) {
    List<PointerEntry> longer = new ArrayList<>(history.size() + 1);
    longer.add(entry);
    longer.addAll(history);
    for (int i = longer.size() - 1; longer.size() > ENTRIES; i--) {
      if (!longer.get(i).equals(served)) {
        longer.remove(i);
      }
    }
    return fitting(longer);
  }

  /** The history with the reasons that fit, those of the newest versions first. */
  static List<PointerEntry> fitting(List<PointerEntry> history) {
    List<PointerEntry> fitting = new ArrayList<>(history.size());
    int left = REASON_CHARACTERS;
    for (PointerEntry entry : history) {
      left -= entry.note().reasons().stream().mapToInt(r -> r.codePointCount(0, r.length())).sum();
      fitting.add(left < 0 ? entry.withNote(entry.note().withoutReasons()) : entry);
    }
    return fitting;
  }

  /** The entry of that version, which must be there. */
  static PointerEntry entry(List<PointerEntry> history, long version) {
    return history.stream().filter(e -> e.version() == version).findFirst().orElseThrow();
  }
}
