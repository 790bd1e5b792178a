package io.shardyfusion.shard.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardyfusion.shard.ShardCompatibilityIT;
import io.shardyfusion.testing.OwnMounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RocksDB's native library where it cannot be loaded, in processes of their own: with the
 * rocksdbjni of this build, and with the FRocksDB that Flink brings.
 */
class RocksDbLibraryIT {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDirectoryThatIsFullOrNoexecIsNamedEachTimeAndItWorksOnceItIsMended(boolean frocksDb)
      throws Exception {
    assumeTrue(OwnMounts.possible(), "this user may not mount anything here");
    Path tmp = Files.createDirectory(directory.resolve("tmp"));
    Map<Integer, List<String>> outcomes =
        outcomes(
            OwnMounts.command(
                "mount -t tmpfs -o noexec,size=8m tmpfs " + tmp,
                java(
                    frocksDb,
                    tmp,
                    "true",
                    "mount -o remount,size=64m " + tmp,
                    "true",
                    "mount -o remount,exec " + tmp)),
            Map.of());
    assertThat(outcomes.get(1)).hasSize(5).last().isEqualTo("left []");
    assertThat(outcomes.get(1).subList(0, 4))
        .allSatisfy(
            o ->
                assertThat(o)
                    .startsWith("StorageException: the native library of RocksDB could not be")
                    .contains(
                        "written to the directory " + tmp + " (No space left on device",
                        "free some space",
                        "set the environment variable ROCKSDB_SHAREDLIB_DIR, or the system"
                            + " property java.io.tmpdir,"));
    for (int attempt : new int[] {2, 3}) {
      assertThat(outcomes.get(attempt)).last().isEqualTo("left []");
      assertThat(outcomes.get(attempt).subList(0, 4))
          .allSatisfy(
              o ->
                  assertThat(o)
                      .startsWith("StorageException: ")
                      .contains(
                          "nothing in the directory " + tmp + " may be executed",
                          "(failed to map segment from shared object)"));
    }
    assertThat(outcomes.get(4)).containsExactly("works", "works", "works", "works", "left []");
  }

  @Test
  void aDirectoryOfItsOwnThatIsNotThereIsNamedAndTheAdviceHelps() throws Exception {
    Path own = directory.resolve("own");
    Map<Integer, List<String>> outcomes =
        outcomes(
            java(false, own, "true", "mkdir " + own),
            Map.of("ROCKSDB_SHAREDLIB_DIR", own.toString()));
    assertThat(outcomes.get(1).subList(0, 4))
        .allSatisfy(
            o ->
                assertThat(o)
                    .startsWith("StorageException: ")
                    .contains(
                        "could not be written to the directory "
                            + own
                            + " (there is none); set"
                            + " the environment variable ROCKSDB_SHAREDLIB_DIR to a directory"));
    assertThat(outcomes.get(2)).containsExactly("works", "works", "works", "works", "left []");
  }

  private List<String> java(boolean frocksDb, Path tmp, String... steps) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.add("-Djava.io.tmpdir=" + tmp);
    String classPath =
        frocksDb ? ShardCompatibilityIT.classPath() : System.getProperty("java.class.path");
    command.addAll(List.of("-cp", classPath, RocksDbLibraryMain.class.getName(), tmp.toString()));
    command.addAll(List.of(steps));
    return command;
  }

  private Map<Integer, List<String>> outcomes(List<String> command, Map<String, String> environment)
      throws Exception {
    Path out = directory.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(out, UTF_8)).isZero();
    Map<Integer, List<String>> outcomes = new TreeMap<>();
    for (String line : Files.readAllLines(out, UTF_8)) {
      int space = line.indexOf(' ');
      if (line.matches("[0-9]+ .*")) { // The rest is of SLF4J.
        outcomes
            .computeIfAbsent(Integer.valueOf(line.substring(0, space)), n -> new ArrayList<>())
            .add(line.substring(space + 1));
      }
    }
    return outcomes;
  }
}
