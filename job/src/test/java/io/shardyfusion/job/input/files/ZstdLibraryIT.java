package io.shardyfusion.job.input.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.Zstd;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.testing.OwnMounts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The native library of zstd where it cannot be loaded, in a process of its own. */
class ZstdLibraryIT {

  @TempDir Path directory;

  @Test
  void aDirectoryThatIsNoexecIsNamedEachTimeAndItWorksOnceItIsMended() throws Exception {
    assumeTrue(OwnMounts.possible(), "this user may not mount anything here");
    Path tmp = Files.createDirectory(directory.resolve("tmp"));
    Path file = directory.resolve("rows.zst");
    Files.write(file, Zstd.compress("rows".getBytes(UTF_8)));
    Path out = directory.resolve("out");
    Process process =
        new ProcessBuilder(
                OwnMounts.command(
                    "mount -t tmpfs -o noexec tmpfs " + tmp,
                    List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-Djava.io.tmpdir=" + tmp,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ZstdLibraryIT.class.getName(),
                        file.toString(),
                        tmp.toString())))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(out, UTF_8);
    assertThat(lines).as(lines.toString()).hasSize(3).last().isEqualTo("rows");
    assertThat(lines.subList(0, 2))
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith("StorageException: the native library of zstd-jni could not be")
                    .contains(
                        "nothing in the directory " + tmp + " may be executed",
                        "(failed to map segment from shared object)",
                        "set the system property ZstdTempFolder, or the system property"
                            + " java.io.tmpdir,"));
  }

  /** {@code FILE DIRECTORY}: reads the file twice, and again after the directory is mended. */
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    System.out.println(outcome(file));
    System.out.println(outcome(file));
    new ProcessBuilder("mount", "-o", "remount,exec", args[1]).inheritIO().start().waitFor();
    System.out.println(outcome(file));
  }

  private static String outcome(Path file) throws IOException {
    try (InputStream stored = Files.newInputStream(file);
        InputStream rows = Compression.ZSTD.decompress(stored)) {
      return new String(rows.readAllBytes(), UTF_8);
    } catch (ShardyfusionException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
  }
}
