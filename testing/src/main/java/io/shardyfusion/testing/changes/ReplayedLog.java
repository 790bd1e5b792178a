package io.shardyfusion.testing.changes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A log of changes, and the state that a prefix of it leaves. Not thread-safe. */
final class ReplayedLog {

  private static final int KEYS_SHOWN = 5;

  private final String name;
  private final List<Change> changes = new ArrayList<>();
  private final Map<String, String> end = new HashMap<>();
  private final Map<String, String> state = new HashMap<>();
  private int prefix;

  ReplayedLog(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** The changes it has. */
  int size() {
    return changes.size();
  }

  /** The changes of it that the last version has. */
  int prefix() {
    return prefix;
  }

  /** Returns whether the last version has what all of its changes leave. */
  boolean isComplete() {
    return state.equals(end);
  }

  void append(Change change) {
    changes.add(change);
    apply(change, end);
  }

  /** Moves on to the next prefix, from the present one, that leaves {@code rows}. */
  void advanceTo(long version, Map<String, String> rows) {
    int from = prefix;
    int differing = differing(state, rows);
    for (; differing > 0 && prefix < changes.size(); prefix++) {
      Change change = changes.get(prefix);
      differing += apply(change, state, rows);
    }
    if (differing > 0) {
      throw new AssertionError(diagnosis(version, from, rows));
    }
  }

  private String diagnosis(long version, int from, Map<String, String> rows) {
    Map<String, String> replayed = new HashMap<>();
    int differing = rows.size();
    int fewest = differing;
    int nearest = 0;
    for (int i = 0; i < changes.size(); i++) {
      differing += apply(changes.get(i), replayed, rows);
      // The last of equal ones is taken: a version that went back did so the least.
      if (differing <= fewest) {
        fewest = differing;
        nearest = i + 1;
      }
    }
    String what =
        "version "
            + version
            + ", log '"
            + name
            + "' of "
            + changes.size()
            + " changes, of which the version before had "
            + from
            + ": ";
    if (fewest == 0) {
      return what + "went back to " + nearest;
    }
    return what
        + "is no prefix; it comes closest to "
        + nearest
        + " changes, where "
        + fewest
        + " keys differ"
        + (nearest < from ? " and which would be going back" : "")
        + ":\n"
        + differences(nearest, rows);
  }

  private String differences(int length, Map<String, String> rows) {
    Map<String, String> expected = new HashMap<>();
    Map<String, Integer> changedAt = new HashMap<>();
    for (int i = 0; i < length; i++) {
      apply(changes.get(i), expected);
      changedAt.put(changes.get(i).key(), i);
    }
    TreeSet<String> keys = new TreeSet<>(expected.keySet());
    keys.addAll(rows.keySet());
    return keys.stream()
        .filter(key -> !Objects.equals(expected.get(key), rows.get(key)))
        .limit(KEYS_SHOWN)
        .map(
            key ->
                "  "
                    + key
                    + ": expected "
                    + text(expected.get(key))
                    + (changedAt.containsKey(key) ? " of change " + changedAt.get(key) : "")
                    + ", found "
                    + text(rows.get(key)))
        .collect(Collectors.joining("\n"));
  }

  private static String text(@Nullable String value) {
    return value == null ? "no row" : value;
  }

  private static int differing(Map<String, String> state, Map<String, String> rows) {
    int differing = 0;
    for (Map.Entry<String, String> row : state.entrySet()) {
      differing += row.getValue().equals(rows.get(row.getKey())) ? 0 : 1;
    }
    for (String key : rows.keySet()) {
      differing += state.containsKey(key) ? 0 : 1;
    }
    return differing;
  }

  /** Makes a change; by how much the keys that differ from {@code rows} become more. */
  private static int apply(Change change, Map<String, String> state, Map<String, String> rows) {
    String wanted = rows.get(change.key());
    int before = Objects.equals(state.get(change.key()), wanted) ? 0 : 1;
    apply(change, state);
    int after = Objects.equals(state.get(change.key()), wanted) ? 0 : 1;
    return after - before;
  }

  private static void apply(Change change, Map<String, String> state) {
    if (change.value() == null) {
      state.remove(change.key());
    } else {
      state.put(change.key(), change.value());
    }
  }
}
