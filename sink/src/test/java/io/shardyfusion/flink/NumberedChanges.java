package io.shardyfusion.flink;

import io.shardyfusion.testing.changes.Change;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * An endless log of changes, of which each is a function of its number: inserts, updates and
 * deletes, of keys some of which change much more often than others. Every value is different.
 */
record NumberedChanges(long seed, int keys) implements Serializable {

  private static final double DELETES = 0.15;

  long key(long number) {
    double skewed = Math.pow(random(number).nextDouble(), 3);
    return (long) (keys * skewed);
  }

  boolean deletes(long number) {
    SplittableRandom random = random(number);
    random.nextDouble();
    return random.nextDouble() < DELETES;
  }

  private SplittableRandom random(long number) {
    return new SplittableRandom(seed ^ (number * 0x9E3779B97F4A7C15L));
  }

  String value(long number) {
    return "change " + number + " of " + key(number);
  }

  byte[] valueBytes(long number) {
    return value(number).getBytes(StandardCharsets.UTF_8);
  }

  /** The first {@code count} changes, as the oracle knows them. */
  List<Change> log(long count) {
    return LongStream.range(0, count)
        .mapToObj(n -> new Change("all/" + key(n), deletes(n) ? null : value(n)))
        .toList();
  }

  /** How many of the first {@code count} changes delete. */
  long deletesOf(long count) {
    return LongStream.range(0, count).filter(this::deletes).count();
  }

  /** The rows that the first {@code count} changes leave. */
  Map<Long, String> rows(long count) {
    return rows(new TreeMap<>(), 0, count);
  }

  /** What the changes of a range make of {@code rows}, which are changed. */
  Map<Long, String> rows(Map<Long, String> rows, long from, long to) {
    for (long n = from; n < to; n++) {
      if (deletes(n)) {
        rows.remove(key(n));
      } else {
        rows.put(key(n), value(n));
      }
    }
    return rows;
  }
}
