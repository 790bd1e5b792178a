package io.shardyfusion.shard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.shard.ShardCompatibilityMain.Outcome;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * On a Flink cluster {@code org.rocksdb} is FRocksDB 8.10, which comes with Flink; elsewhere it is
 * the rocksdbjni of this build. Each reads what the other builds. FRocksDB runs in a process of its
 * own, with our classes.
 */
public class ShardCompatibilityIT {

  @TempDir Path directory;

  static Stream<Arguments> shards() {
    return Stream.of(TableProfile.values())
        .flatMap(profile -> Stream.of(0, 1, 20_000).map(rows -> Arguments.of(profile, rows)));
  }

  @ParameterizedTest
  @MethodSource("shards")
  void frocksDbReadsWhatRocksDbBuilds(TableProfile profile, int rows) throws Exception {
    Path shard = directory.resolve("shard");
    ShardCompatibilityMain.build(shard, profile, rows);
    Outcome ours = ShardCompatibilityMain.read(shard);
    Outcome theirs = withFRocksDb("read", shard.toString());
    assertSameRows(ours, theirs, rows);
  }

  @ParameterizedTest
  @MethodSource("shards")
  void rocksDbReadsWhatFRocksDbBuilds(TableProfile profile, int rows) throws Exception {
    Path shard = directory.resolve("shard");
    Outcome theirs =
        withFRocksDb("build", shard.toString(), profile.externalName(), Integer.toString(rows));
    Outcome ours = ShardCompatibilityMain.read(shard);
    assertSameRows(ours, theirs, rows);
  }

  @ParameterizedTest
  @EnumSource
  void eachGoesOnFromWhatTheOtherHasCheckpointed(TableProfile profile) throws Exception {
    NavigableMap<byte[], byte[]> expected = Shards.noRows();
    ShardCompatibilityMain.applyChanges(expected, 2);
    for (boolean oursFirst : new boolean[] {true, false}) {
      Path base = directory.resolve("nothing");
      Outcome theirs = null;
      for (int round = 0; round < 3; round++) {
        Path next = directory.resolve("shard-" + oursFirst + "-" + round);
        if (oursFirst == (round % 2 == 0)) {
          ShardCompatibilityMain.change(next, profile, round, base);
          theirs = withFRocksDb("read", next.toString());
        } else {
          theirs = changeWithFRocksDb(next, profile, round, base);
        }
        Outcome ours = ShardCompatibilityMain.read(next);
        assertSameRows(ours, theirs, ours.rows());
        base = next;
      }
      assertThat(ShardCompatibilityMain.read(base)).isEqualTo(Outcome.of(expected));
    }
  }

  @ParameterizedTest
  @EnumSource
  void frocksDbGoesOnFromWhatRocksDbHasBuiltInBulk(TableProfile profile) throws Exception {
    Path built = directory.resolve("built");
    ShardCompatibilityMain.build(built, profile, 5_000);
    NavigableMap<byte[], byte[]> expected = Shards.randomRows(5_000, 42);
    ShardCompatibilityMain.applyChanges(expected, 0);

    Path changed = directory.resolve("changed");
    Outcome theirs = changeWithFRocksDb(changed, profile, 0, built);

    assertThat(ShardCompatibilityMain.read(changed)).isEqualTo(Outcome.of(expected));
    assertSameRows(Outcome.of(expected), theirs, expected.size());
  }

  private Outcome changeWithFRocksDb(Path shard, TableProfile profile, int round, Path base)
      throws Exception {
    return withFRocksDb(
        "change",
        shard.toString(),
        profile.externalName(),
        Integer.toString(round),
        base.toString());
  }

  private static void assertSameRows(Outcome ours, Outcome theirs, int rows) {
    assertThat(ours.engine()).startsWith("11.");
    assertThat(theirs.engine()).isEqualTo("8.10.0");
    assertThat(theirs.rows()).isEqualTo(rows).isEqualTo(ours.rows());
    assertThat(theirs.digest()).isEqualTo(ours.digest());
  }

  private Outcome withFRocksDb(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-ea", "-Xmx256m", "-Djava.io.tmpdir=" + directory));
    command.addAll(List.of("-cp", classPath(), ShardCompatibilityMain.class.getName()));
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        fail("no answer in two minutes: " + Files.readString(output, UTF_8));
      }
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output, UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return Outcome.parse(text);
  }

  /**
   * Our classes and the few libraries they need to build and read a shard, with FRocksDB instead of
   * rocksdbjni.
   */
  public static String classPath() {
    Path frocksdb =
        Path.of(System.getProperty("shardyfusion.root"), "testing/target/servers/frocksdbjni.jar");
    assertThat(frocksdb).as("copied by the build of the testing module").isRegularFile();
    Stream<Path> ours =
        Stream.of(
                ShardBuilder.class,
                ShardCompatibilityMain.class,
                Hashing.class,
                JsonFactory.class,
                ObjectMapper.class,
                JsonProperty.class)
            .map(ShardCompatibilityIT::locationOf);
    return Stream.concat(Stream.of(frocksdb), ours)
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path locationOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
