package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForgottenReaderIT {

  @TempDir Path directory;

  @Test
  void aProcessEndsAlsoIfItsReaderWasNeverClosedAndTheNextOneTidiesUp() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 4, 500);
    Path cache = directory.resolve("cache");
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:ErrorFile=" + directory.resolve("hs_err"),
                "-cp",
                System.getProperty("java.class.path"),
                ForgottenReader.class.getName(),
                dataset.uri(),
                cache.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output);
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said.lines()).contains("served");
    assertThat(cache.resolve("open")).isNotEmptyDirectory();
    ShardedReader.open(dataset.options(cache)).close();
    Leaks.assertNone(directory);
  }
}
