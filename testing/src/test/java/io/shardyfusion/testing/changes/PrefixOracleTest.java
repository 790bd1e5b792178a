package io.shardyfusion.testing.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.testing.changes.ChangeStream.Order;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The proof of exactly-once is worth what its oracle rejects. */
final class PrefixOracleTest {

  private final PrefixOracle oracle = new PrefixOracle();

  @ParameterizedTest
  @EnumSource
  void acceptsEveryPrefixOfAStreamAndKnowsTheWhole(Order order) {
    long seed = Long.getLong("shardyfusion.seed", System.nanoTime());
    System.out.println("seed " + seed);
    ChangeStream stream = new ChangeStream(seed, order);
    SplittableRandom random = new SplittableRandom(seed);
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      changes.addAll(stream.next().changes());
    }
    oracle.append(changes);

    int length = 0;
    long version = 1;
    for (; length < changes.size(); version++) {
      oracle.check(version, replay(changes.subList(0, length)));
      length += random.nextInt(1, 2_000);
    }
    assertThat(oracle.isComplete()).isFalse();
    assertThatThrownBy(oracle::requireComplete).hasMessageContaining("only");

    oracle.check(version, replay(changes));
    assertThat(oracle.isComplete()).isTrue();
    oracle.requireComplete();
    assertThat(oracle.lastVersion()).isEqualTo(version);
  }

  @Test
  void acceptsLogsThatAreReadInAnyOrderAndAVersionWithoutChange() {
    oracle.append(List.of(put("a/1", "x"), put("b/1", "y"), put("a/1", "z")));

    oracle.check(1, Map.of("b/1", "y"));
    oracle.check(2, Map.of("b/1", "y"));
    oracle.check(3, Map.of("a/1", "x", "b/1", "y"));
    oracle.check(4, Map.of("a/1", "z", "b/1", "y"));

    oracle.requireComplete();
    assertThat(oracle.summary()).contains("4 versions", "1 equal the one before", "3 changes");
  }

  @Test
  void acceptsAStateThatComesAgain() {
    oracle.append(List.of(put("a/1", "x"), delete("a/1"), put("a/2", "y"), delete("a/2")));

    oracle.check(1, Map.of());
    oracle.check(2, Map.of("a/1", "x"));
    oracle.check(3, Map.of());
    oracle.check(4, Map.of("a/2", "y"));
    oracle.check(5, Map.of());

    oracle.requireComplete();
  }

  @Test
  void acceptsThatTheInputGrowsBetweenVersions() {
    oracle.append(List.of(put("a/1", "x")));
    oracle.check(1, Map.of("a/1", "x"));
    oracle.append(List.of(put("a/2", "y")));

    assertThat(oracle.isComplete()).isFalse();
    oracle.check(2, Map.of("a/1", "x", "a/2", "y"));
    assertThat(oracle.isComplete()).isTrue();
  }

  @Test
  void rejectsALostChange() {
    oracle.append(List.of(put("a/1", "x"), put("a/2", "y"), put("a/3", "z")));

    assertThatThrownBy(() -> oracle.check(1, Map.of("a/1", "x", "a/3", "z")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll(
            "version 1", "no prefix", "3 changes", "a/2: expected y of change 1, found no row");
  }

  @Test
  void rejectsALostDelete() {
    oracle.append(List.of(put("a/1", "x"), put("a/2", "y"), delete("a/1"), put("a/3", "z")));

    assertThatThrownBy(() -> oracle.check(1, Map.of("a/1", "x", "a/2", "y", "a/3", "z")))
        .hasMessageContaining("a/1: expected no row of change 2, found x");
  }

  @Test
  void rejectsAChangeMadeOnceMore() {
    oracle.append(List.of(put("a/1", "old"), put("a/1", "new"), put("a/2", "x"), put("a/3", "y")));
    oracle.check(1, Map.of("a/1", "new", "a/2", "x"));

    assertThatThrownBy(() -> oracle.check(2, Map.of("a/1", "old", "a/2", "x", "a/3", "y")))
        .hasMessageContaining("a/1: expected new of change 1, found old");
  }

  @Test
  void rejectsATornVersion() {
    oracle.append(List.of(put("a/1", "1"), put("a/2", "1"), put("a/1", "2"), put("a/2", "2")));

    assertThatThrownBy(() -> oracle.check(1, Map.of("a/1", "1", "a/2", "2")))
        .hasMessageContaining("no prefix");
  }

  @Test
  void rejectsAVersionThatGoesBack() {
    oracle.append(List.of(put("a/1", "1"), put("b/1", "1"), put("a/1", "2"), put("b/1", "2")));
    oracle.check(1, Map.of("a/1", "2", "b/1", "1"));

    assertThatThrownBy(() -> oracle.check(2, Map.of("a/1", "1", "b/1", "2")))
        .hasMessageContainingAll("log 'a'", "version before had 2", "went back to 1");
  }

  @Test
  void rejectsRowsThatNobodyWrote() {
    oracle.append(List.of(put("a/1", "x")));

    assertThatThrownBy(() -> oracle.check(1, Map.of("a/1", "x", "a/9", "y")))
        .hasMessageContaining("a/9: expected no row, found y");
    assertThatThrownBy(() -> new PrefixOracle().check(1, Map.of("c/1", "x")))
        .hasMessageContaining("'c'");
  }

  @Test
  void rejectsAVersionThatIsMissingOrComesTwice() {
    oracle.check(1, Map.of());

    assertThatThrownBy(() -> oracle.check(3, Map.of())).hasMessageContaining("expected version 2");
    assertThatThrownBy(() -> oracle.check(1, Map.of())).hasMessageContaining("expected version 2");
  }

  /** Small damage to a real stream: none may pass. */
  @ParameterizedTest
  @EnumSource
  void rejectsASingleWrongRowAmongThousands(Order order) {
    long seed = Long.getLong("shardyfusion.seed", System.nanoTime());
    System.out.println("seed " + seed);
    ChangeStream stream = new ChangeStream(seed, order);
    SplittableRandom random = new SplittableRandom(seed);
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      changes.addAll(stream.next().changes());
    }
    for (int i = 0; i < 20; i++) {
      int length = random.nextInt(changes.size() / 2, changes.size());
      Map<String, String> rows = replay(changes.subList(0, length));
      List<String> keys = rows.keySet().stream().sorted().toList();
      String key = keys.get(random.nextInt(keys.size()));
      // An older value of a key that has changed since is what a change made once more leaves.
      List<Change> older =
          changes.subList(0, length).stream()
              .filter(c -> c.key().equals(key) && c.value() != null)
              .filter(c -> !c.value().equals(rows.get(key)))
              .toList();
      if (older.isEmpty()) {
        rows.put(key, "other");
      } else {
        rows.put(key, older.get(random.nextInt(older.size())).value());
      }
      PrefixOracle fresh = new PrefixOracle();
      fresh.append(changes);
      if (isPrefix(changes, key, rows)) {
        continue;
      }
      assertThatThrownBy(() -> fresh.check(1, rows))
          .as("length %d, key %s", length, key)
          .isInstanceOf(AssertionError.class);
    }
  }

  /** Whether some prefix of the key's log leaves these rows after all; by the definition. */
  private static boolean isPrefix(List<Change> changes, String key, Map<String, String> rows) {
    String log = Change.log(key);
    Map<String, String> wanted = new HashMap<>(rows);
    wanted.keySet().removeIf(k -> !Change.log(k).equals(log));
    Map<String, String> state = new HashMap<>();
    for (Change change : changes) {
      if (!Change.log(change.key()).equals(log)) {
        continue;
      }
      if (change.value() == null) {
        state.remove(change.key());
      } else {
        state.put(change.key(), change.value());
      }
      if (state.size() == wanted.size() && state.equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  private static Map<String, String> replay(List<Change> changes) {
    Map<String, String> state = new HashMap<>();
    for (Change change : changes) {
      if (change.value() == null) {
        state.remove(change.key());
      } else {
        state.put(change.key(), change.value());
      }
    }
    return state;
  }

  private static Change put(String key, String value) {
    return new Change(key, value);
  }

  private static Change delete(String key) {
    return new Change(key, null);
  }
}
