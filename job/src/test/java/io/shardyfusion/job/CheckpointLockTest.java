package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardyfusion.job.CheckpointLock.Attempt;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One checkpoint directory and who has its lock. */
final class CheckpointLockTest {

  private static final Path LOCKS = Path.of("/proc/locks");

  @TempDir private Path directory;
  private String checkpoints;

  @BeforeEach
  void nameTheDirectory() {
    checkpoints = RetainedCheckpoints.uri(directory.resolve("cp").toString());
  }

  @Test
  void aLockThatIsHeldCanBeTakenWhenItIsFree() {
    CheckpointLock first = taken();
    assertThat(CheckpointLock.tryTake(checkpoints, "data")).isInstanceOf(Attempt.Held.class);
    first.close();

    taken().close();
  }

  /** As of two jobs with jars of their own in one Flink, or in one application server. */
  @Test
  void anotherClassLoaderOfThisProcessIsToldWhichRunHasItAndTakesItWhenItIsFree() throws Exception {
    try (URLClassLoader loader = anotherClassLoader()) {
      CheckpointLock first = taken();
      first.heldBy("0123");

      assertThat(attemptIn(loader))
          .startsWith("Held[holder=run 0123, process " + ProcessHandle.current().pid())
          .endsWith(", which is this process]");
      assertStillLocked();
      first.close();
      assertThat(attemptIn(loader)).startsWith("Taken[");
      assertThat(CheckpointLock.tryTake(checkpoints, "data"))
          .as("of what the other class loader has taken")
          .isInstanceOf(Attempt.Held.class);
    }
  }

  /** As where somebody has replaced the properties of the system. */
  @Test
  void aLockOfThisProcessThatNobodyToldOfIsNotTakenAndNotFreed() throws Exception {
    CheckpointLock first = taken();
    Properties properties = System.getProperties();
    Object key =
        properties.keySet().stream()
            .filter(name -> name.toString().contains(directory.getFileName().toString()))
            .findFirst()
            .orElseThrow();
    properties.remove(key);

    assertThat(CheckpointLock.tryTake(checkpoints, "data"))
        .isEqualTo(new Attempt.Held("another run of this process"));
    assertStillLocked();
    first.close();
  }

  private CheckpointLock taken() {
    return ((Attempt.Taken) CheckpointLock.tryTake(checkpoints, "data")).lock();
  }

  private String attemptIn(ClassLoader loader) throws ReflectiveOperationException {
    Method tryTake =
        loader
            .loadClass(CheckpointLock.class.getName())
            .getDeclaredMethod("tryTake", String.class, String.class);
    tryTake.setAccessible(true);
    return String.valueOf(tryTake.invoke(null, checkpoints, "data"));
  }

  private static URLClassLoader anotherClassLoader() throws IOException {
    List<String> path =
        List.of(System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator)));
    return new URLClassLoader(
        path.stream().map(CheckpointLockTest::url).toArray(URL[]::new),
        ClassLoader.getPlatformClassLoader());
  }

  private static URL url(String file) {
    try {
      return Path.of(file).toUri().toURL();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Another process sees the lock: closing any channel on the file would have freed it. */
  private void assertStillLocked() throws IOException {
    assumeTrue(Files.isReadable(LOCKS), "the kernel tells its locks in " + LOCKS);
    Path file;
    try (var files = Files.list(directory.resolve("cp"))) {
      file = files.findFirst().orElseThrow();
    }
    assertThat(Files.readString(LOCKS)).contains(":" + Files.getAttribute(file, "unix:ino") + " ");
  }
}
