package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** See {@link Soak}. Each runs as long as the system property says. */
class SoakIT {

  private static final Duration TIME =
      Duration.ofSeconds(Long.getLong("shardyfusion.soak.seconds", 6));
  private static final Duration CHECKED_TIME = Duration.ofSeconds(4);

  /** What the JVM says on its own account, with any option. */
  private static final List<String> NOT_OURS =
      List.of("Picked up JAVA_TOOL_OPTIONS", "Picked up JDK_JAVA_OPTIONS");

  @TempDir Path directory;

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void noReadFailsAndNothingLeaksWhileVersionsAreSwapped() throws Exception {
    System.out.println(SoakMain.soak(directory, TIME, System.nanoTime()));
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void nothingIsWrongAtTheBorderToNativeCode() throws Exception {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xcheck:jni",
                "-Xmx512m",
                "-XX:ErrorFile=" + directory.resolve("hs_err"),
                "-cp",
                System.getProperty("java.class.path"),
                SoakMain.class.getName(),
                directory.resolve("soak").toString(),
                Long.toString(CHECKED_TIME.toSeconds()),
                Long.toString(System.nanoTime()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(4, TimeUnit.MINUTES)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines =
        Files.readAllLines(output).stream()
            .filter(line -> NOT_OURS.stream().noneMatch(line::startsWith))
            .toList();
    lines.forEach(System.out::println);
    assertThat(process.exitValue()).as("%s", lines).isZero();
    assertThat(lines).last().asString().startsWith(SoakMain.DONE);
    assertThat(lines).noneMatch(line -> line.matches(".*(FATAL|WARNING|WARN|ERROR|SIG[A-Z]+).*"));
  }
}
