package io.shardyfusion.testing.changes;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * An endless stream of files of changes: inserts, updates and deletes, of keys some of which change
 * much more often than others. The same seed gives the same stream. Every value is different, so
 * that a change that is lost, or made once more, shows. Not thread-safe.
 */
public final class ChangeStream {

  /** The changes that are in one order. */
  public enum Order {
    /** All: the files, one after the other, are one log. */
    TOTAL,
    /** Those of a file: each file is a log, with keys of its own. */
    PER_FILE
  }

  private static final int SHARED_KEYS = 3_000;
  private static final int ONE_IN_LARGE = 10;
  private static final double DELETES = 0.15;

  /** Skew of the ranks: the larger, the more often the first keys change. */
  private static final int SKEW = 3;

  private final SplittableRandom random;
  private final Order order;
  private int files;
  private long changes;

  public ChangeStream(long seed, Order order) {
    this.random = new SplittableRandom(seed);
    this.order = order;
  }

  /** The next file: most have some hundred changes, some have thousands. */
  public ChangeFile next() {
    boolean large = random.nextInt(ONE_IN_LARGE) == 0;
    int count = large ? random.nextInt(4_000, 8_000) : random.nextInt(20, 400);
    int keys = order == Order.TOTAL ? SHARED_KEYS : large ? 300 : 30;
    String log = order == Order.TOTAL ? "all" : String.format(Locale.ROOT, "f%05d", files);
    List<String> lines = new ArrayList<>(count);
    List<Change> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int rank = (int) (keys * Math.pow(random.nextDouble(), SKEW));
      String key = log + "/" + rank;
      boolean delete = random.nextDouble() < DELETES;
      String line =
          "{\"k\":\""
              + key
              + "\",\"op\":\""
              + (delete ? "d" : "u")
              + "\",\"n\":"
              + changes
              + ",\"v\":\""
              + "x".repeat(random.nextInt(60))
              + "\"}";
      lines.add(line);
      list.add(new Change(key, delete ? null : line));
      changes++;
    }
    ChangeFile file = new ChangeFile(String.format(Locale.ROOT, "%05d.jsonl", files), lines, list);
    files++;
    return file;
  }
}
