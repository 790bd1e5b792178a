package io.shardyfusion.testing.changes;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says whether snapshots are what a job may announce that has read some logs of changes, each in
 * its order, and made every change exactly once: for each log, the content of each snapshot is the
 * replay of a prefix, and the prefixes never become shorter from one version to the next.
 *
 * <p>It replays each log along with the versions: a version's prefix is the shortest one that has
 * its content and is not shorter than that of the version before. If any prefixes explain all
 * versions, these do. So the whole check costs each change once, and each version its rows.
 *
 * <p>Thread-safe. Failures are {@link AssertionError}s that name the log, the prefix that comes
 * closest, and the first keys that differ. After one the oracle is of no more use.
 */
public final class PrefixOracle {

  private final Map<String, ReplayedLog> logs = new TreeMap<>();
  private long lastVersion;
  private int versions;
  private int insideOfLogs;
  private int unchanged;

  /** Adds changes to the ends of their logs; to be called before a job can read them. */
  public synchronized void append(List<Change> changes) {
    for (Change change : changes) {
      logs.computeIfAbsent(Change.log(change.key()), ReplayedLog::new).append(change);
    }
  }

  /**
   * Checks the next version.
   *
   * @param version its number, one more than that of the version before
   * @param rows all its rows
   * @throws AssertionError if it may not be
   */
  public synchronized void check(long version, Map<String, String> rows) {
    if (version != lastVersion + 1) {
      throw new AssertionError(
          "expected version " + (lastVersion + 1) + " after " + lastVersion + ", found " + version);
    }
    Map<String, Map<String, String>> byLog = new HashMap<>();
    rows.forEach(
        (key, value) ->
            byLog.computeIfAbsent(Change.log(key), l -> new HashMap<>()).put(key, value));
    for (String log : byLog.keySet()) {
      if (!logs.containsKey(log)) {
        throw new AssertionError(
            "version "
                + version
                + " has rows of the log '"
                + log
                + "', which has no changes: "
                + byLog.get(log));
      }
    }
    boolean inside = false;
    boolean advanced = false;
    for (ReplayedLog log : logs.values()) {
      int before = log.prefix();
      log.advanceTo(version, byLog.getOrDefault(log.name(), Map.of()));
      advanced |= log.prefix() > before;
      inside |= log.prefix() > 0 && !log.isComplete();
    }
    lastVersion = version;
    versions++;
    insideOfLogs += inside ? 1 : 0;
    unchanged += advanced ? 0 : 1;
  }

  /** Returns whether the last version is the replay of all changes. */
  public synchronized boolean isComplete() {
    return logs.values().stream().allMatch(ReplayedLog::isComplete);
  }

  /**
   * Checks that the last version is the replay of all changes.
   *
   * @throws AssertionError if it is not
   */
  public synchronized void requireComplete() {
    for (ReplayedLog log : logs.values()) {
      if (!log.isComplete()) {
        throw new AssertionError(
            "the last version, "
                + lastVersion
                + ", has of the log '"
                + log.name()
                + "' only "
                + log.prefix()
                + " of "
                + log.size()
                + " changes");
      }
    }
  }

  /** The number of the last version that was checked; 0 before the first. */
  public synchronized long lastVersion() {
    return lastVersion;
  }

  /** A summary of what was checked, to print. */
  public synchronized String summary() {
    return versions
        + " versions, of which "
        + insideOfLogs
        + " end inside of a log and "
        + unchanged
        + " equal the one before; "
        + logs.values().stream().mapToLong(ReplayedLog::size).sum()
        + " changes in "
        + logs.size()
        + " logs";
  }
}
