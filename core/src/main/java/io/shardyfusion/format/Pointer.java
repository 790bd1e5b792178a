package io.shardyfusion.format;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The only mutable object of a dataset: it names the version to serve. It changes only by
 * compare-and-set.
 *
 * @param updatedAt when it was last written, by the writer's clock; cut to the millisecond
 * @param lastVersion the newest version given so far; 0 if none
 * @param current the entry to serve, one of {@code history}; null until the first version is
 *     announced
 * @param history newest first, at most {@link Limits#MAX_HISTORY} entries
 * @param pin the operator's pin, or null; then {@code current} is the pinned version
 * @param writer who last announced or claimed the dataset, or null
 */
public record Pointer(
    Instant updatedAt,
    long lastVersion,
    @Nullable PointerEntry current,
    List<PointerEntry> history,
    @Nullable Pin pin,
    @Nullable WriterIdentity writer) {

  /** Checks that the parts agree with each other, and copies the history. */
  public Pointer {
    history = List.copyOf(history);
    Checks.atLeast("last_version", lastVersion, 0);
    Checks.atMost("last_version", lastVersion, Limits.MAX_VERSION);
    updatedAt = Timestamps.millis("updated_at", updatedAt);
    Checks.size("history", "entries", history.size(), Limits.MAX_HISTORY);
    for (int i = 1; i < history.size(); i++) {
      long newer = history.get(i - 1).version();
      long older = history.get(i).version();
      if (older >= newer) {
        throw new IllegalArgumentException(
            "history must be newest first without repetition, found version "
                + older
                + " after "
                + newer);
      }
    }
    if (!history.isEmpty() && history.get(0).version() > lastVersion) {
      throw new IllegalArgumentException(
          "last_version is "
              + lastVersion
              + ", but history holds version "
              + history.get(0).version());
    }
    if (current != null && !history.contains(current)) {
      throw new IllegalArgumentException(
          "current is version "
              + current.version()
              + ", which is not an entry of history as it stands there");
    }
    if (current != null && current.status() != VersionStatus.ANNOUNCED) {
      throw new IllegalArgumentException(
          "current.status must be announced, found " + current.status().externalName());
    }
    if (pin != null && (current == null || current.version() != pin.version())) {
      throw new IllegalArgumentException(
          "pin.version is "
              + pin.version()
              + ", but current is "
              + (current == null ? "null" : "version " + current.version()));
    }
    Set<String> manifests = new HashSet<>();
    for (PointerEntry entry : history) {
      if (!manifests.add(entry.manifest().object())) {
        throw new IllegalArgumentException(
            "history must name a manifest once, found " + entry.manifest().object() + " twice");
      }
    }
  }

  /** The entry of that version, if the history still has it. */
  public Optional<PointerEntry> entry(long version) {
    return history.stream().filter(e -> e.version() == version).findFirst();
  }
}
