package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.flink.StoreFaults.ConditionalFault;
import io.shardyfusion.testing.changes.PrefixOracle;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Exactly once on a store that fails: every version is a prefix of the input, none goes back, the
 * last is all of it, and every object that one refers to is there, whole.
 *
 * <p>{@code -Dshardyfusion.seed=…} gives the seed of the first run, {@code
 * -Dshardyfusion.fault.runs=…} the number of runs.
 */
final class StoreFaultsITCase {

  private static final long CHANGES = 4_000;
  private static final int STEP = 100;

  @TempDir private Path directory;

  static LongStream seeds() {
    long first = Long.getLong("shardyfusion.seed", System.nanoTime());
    return LongStream.range(first, first + Integer.getInteger("shardyfusion.fault.runs", 2));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyVersionIsAPrefixWhateverTheStoreFails(long seed) throws Exception {
    System.out.println("-Dshardyfusion.seed=" + seed);
    StoreFaults faults = new StoreFaults(seed, 0.03, 0.3);
    run(seed, faults);
    assertThat(faults.failed()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyVersionIsAPrefixWhereMostPointerWritesHaveNoClearOutcome(long seed) throws Exception {
    System.out.println("-Dshardyfusion.seed=" + seed);
    StoreFaults faults = new StoreFaults(seed, 0, 0.9);
    run(seed, faults);
    assertThat(
            faults.count(ConditionalFault.AMBIGUOUS_BEFORE)
                + faults.count(ConditionalFault.AMBIGUOUS_AFTER))
        .isPositive();
  }

  private void run(long seed, StoreFaults faults) throws Exception {
    String uri = directory.resolve("data").toUri().toString();
    NumberedChanges changes = new NumberedChanges(seed, 400);
    PrefixOracle oracle = new PrefixOracle();
    oracle.append(changes.log(CHANGES));
    GatedNumbers.Gate gate = new GatedNumbers.Gate();
    long start = System.nanoTime();
    try (ContinuousJob job =
            ContinuousJob.of(directory, uri)
                .changes(changes)
                .gate(gate)
                .count(CHANGES)
                .shards(4)
                .sink(sink -> sink.opener(faults.opener()))
                .start();
        VersionReader reader = new VersionReader(directory.resolve("read"), uri)) {
      faults.begin();
      for (long open = 0; open < CHANGES; open += STEP) {
        gate.openTo(open + STEP);
        // A version at least of every few steps; whichever, as the store has it.
        if (open % (4 * STEP) == 0) {
          long version = ContinuousJob.lastVersion(uri);
          job.await("another version", () -> ContinuousJob.lastVersion(uri) > version);
        }
      }
      job.awaitEnd();
      reader.check(oracle, changes);
      oracle.requireComplete();
    }
    System.out.printf(
        "seed %s: %s; faults %s; %s ms%n",
        seed, oracle.summary(), faults, (System.nanoTime() - start) / 1_000_000);
  }
}
