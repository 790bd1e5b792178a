package io.shardyfusion.shard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.TableProfile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tool of RocksDB's own distribution reads our tables; Debian's is of RocksDB 7.8. */
class SstDumpTest {

  private static final Pattern ENTRIES = Pattern.compile("# entries: ([0-9]+)");

  @TempDir Path directory;

  @BeforeEach
  void findTheTool() {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(d -> Files.isExecutable(Path.of(d, "sst_dump"))),
        "there is no sst_dump on the PATH: install RocksDB's tools (Debian: rocksdb-tools) to run this test");
  }

  @ParameterizedTest
  @EnumSource
  void sstDumpFindsNoFaultInOurTables(TableProfile profile) throws Exception {
    ShardImage image =
        Shards.build(directory.resolve("image"), profile, Shards.randomRows(20_000, 1), 200_000);
    long rows = 0;
    for (TableFile file : image.descriptor().files()) {
      String output = check(image.path(file));
      // The tool exits with 0 even where it says that a block is corrupt.
      assertThat(output).doesNotContainIgnoringCase("corrupt").doesNotContain("not a valid");
      Matcher entries = ENTRIES.matcher(output);
      assertThat(entries.find()).as(output).isTrue();
      rows += Long.parseLong(entries.group(1));
    }
    assertThat(rows).isEqualTo(image.descriptor().rows());
  }

  private String check(Path file) throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(
                "sst_dump",
                "--file=" + file,
                "--command=check",
                "--verify_checksum",
                "--show_properties")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("sst_dump ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output, UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
