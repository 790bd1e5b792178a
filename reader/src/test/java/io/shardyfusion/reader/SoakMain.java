package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The soak as a process of its own: {@code DIRECTORY SECONDS SEED}. Prints what was done. */
final class SoakMain {

  /** What the last line begins with, if all went well. */
  static final String DONE = "soak done: ";

  private static final Duration SOON = Duration.ofSeconds(60);

  private SoakMain() {}

  /** Runs it; an exception ends the process with a status other than zero. */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    Duration time = Duration.ofSeconds(Long.parseLong(args[1]));
    long seed = Long.parseLong(args[2]);
    System.out.println(DONE + soak(directory, time, seed));
  }

  /** Runs it, and asserts that nothing is left of it. */
  static String soak(Path directory, Duration time, long seed) throws Exception {
    System.out.println("soak seed " + seed + ", " + time);
    NativeHandles.install();
    List<String> handlesBefore = NativeHandles.open();
    List<String> threadsBefore = Leaks.readerThreads();
    String done;
    List<String> warnings;
    try (Logged logged = new Logged()) {
      done = new Soak(directory, seed).run(time);
      warnings = logged.messages();
    }
    assertThat(warnings).as("warnings").isEmpty();
    Leaks.assertNone(directory);
    assertThat(NativeHandles.made()).as("RocksDB objects that were counted").isPositive();
    assertThat(NativeHandles.open()).as("RocksDB objects").isEqualTo(handlesBefore);
    Await.until(
        "the threads of readers end", SOON, () -> Leaks.readerThreads().equals(threadsBefore));
    return done + " handles=" + NativeHandles.made();
  }
}
