package io.shardyfusion.temporary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.StorageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemporaryDirectoryTest {

  @TempDir private Path parent;

  @Test
  void whatIsInItIsGoneWhenItIsClosedAndLinksAreNotFollowed() throws IOException {
    Path kept = Files.writeString(Files.createDirectory(parent.resolve("other")).resolve("f"), "");
    try (TemporaryDirectory directory = TemporaryDirectory.createIn(parent)) {
      Path deep = Files.createDirectories(directory.path().resolve("a/b"));
      Files.writeString(deep.resolve("file"), "content");
      Files.createSymbolicLink(deep.resolve("link"), kept.getParent());
    }

    assertThat(names()).containsExactly("other");
    assertThat(kept).exists();
  }

  @Test
  void itsParentMayBeALinkToADirectory() throws IOException {
    Path real = Files.createDirectory(parent.resolve("real"));
    Path link = Files.createSymbolicLink(parent.resolve("link"), real);

    try (TemporaryDirectory directory = TemporaryDirectory.createIn(link)) {
      assertThat(directory.path()).isDirectory();
    }
    assertThat(real).isEmptyDirectory();
  }

  @Test
  void theNextOneRemovesWhatAKilledProcessLeftAndNothingElse() throws Exception {
    Files.createDirectory(parent.resolve("shardyfusion-root"));
    Path foreign =
        Files.createDirectory(parent.resolve(TemporaryDirectory.PREFIX + "without-a-lock"));
    Files.writeString(foreign.resolve("file"), "somebody's");
    try (Holding living = new Holding()) {
      Path left;
      try (Holding killed = new Holding()) {
        left = killed.path;
        killed.process.destroyForcibly().waitFor();
      }
      assertThat(left.resolve("sub/file")).exists();

      try (TemporaryDirectory mine = TemporaryDirectory.createIn(parent);
          TemporaryDirectory another = TemporaryDirectory.createIn(parent)) {
        assertThat(left).doesNotExist();
        assertThat(living.path.resolve("sub/file")).exists();
        assertThat(mine.path().resolve(TemporaryDirectory.LOCK)).exists();
        assertThat(another.path().resolve(TemporaryDirectory.LOCK)).exists();
      }
      assertThat(living.endsAfter(() -> living.process.getOutputStream().close()))
          .isEqualTo("its use has ended");
      assertThat(living.path).doesNotExist();
    }
    assertThat(names()).containsExactlyInAnyOrder("shardyfusion-root", foreign.getFileName() + "");
  }

  @Test
  void withoutALockADirectoryStaysWhileItsProcessLivesOrItIsChangedAndNoLonger() throws Exception {
    Path left;
    Path changed;
    try (Holding living = new Holding()) {
      left = living.path;
      changed = Files.createDirectory(parent.resolve(left.getFileName() + "-more"));
      Path deep = Files.createDirectories(changed.resolve("a/b"));
      Path empty = Files.createDirectory(parent.resolve(left.getFileName() + "-empty"));
      Files.delete(left.resolve(TemporaryDirectory.LOCK));
      age(left);
      age(changed);
      age(empty);
      TemporaryDirectory.createIn(parent).close();

      assertThat(left.resolve("sub/file")).as("of a process that lives").exists();
      assertThat(empty).as("of a process that lives").exists();
      living.process.destroyForcibly().waitFor();
      Files.writeString(deep.resolve("file"), "");
    }

    TemporaryDirectory.createIn(parent).close();
    assertThat(names()).as("what was changed today").containsExactly(changed.getFileName() + "");
    age(changed);
    TemporaryDirectory.createIn(parent).close();
    assertThat(names()).isEmpty();
  }

  private static void age(Path directory) throws IOException {
    FileTime time = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.toList()) {
        Files.setLastModifiedTime(path, time);
      }
    }
  }

  @Test
  void aProcessThatIsToldToEndEndsItsUseAndLeavesNothing() throws Exception {
    try (Holding told = new Holding()) {
      assertThat(told.endsAfter(told.process.toHandle()::destroy)).isEqualTo("its use has ended");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void itsUseEndsOnceHoweverOftenItIsClosed() {
    AtomicInteger ends = new AtomicInteger();
    TemporaryDirectory directory = TemporaryDirectory.usedUntil(ends::incrementAndGet);
    directory.close();
    directory.close();

    assertThat(ends).hasValue(1);
    assertThat(directory.path()).doesNotExist();
  }

  @Test
  void aParentThatCannotBeWrittenIsNamedWithWhatToDo() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "");

    assertThatThrownBy(() -> TemporaryDirectory.createIn(file))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("java.io.tmpdir");
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> all = Files.list(parent)) {
      return all.map(path -> path.getFileName().toString()).toList().stream();
    }
  }

  /** A {@link HoldingProcess}, whose temporary directory is the parent. */
  private final class Holding implements AutoCloseable {

    private final Process process;
    private final BufferedReader out;
    private final Path path;

    Holding() throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-Djava.io.tmpdir=" + parent,
                  "-cp",
                  System.getProperty("java.class.path"),
                  HoldingProcess.class.getName())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      path = Path.of(out.readLine());
    }

    /** Its next line, and its end. */
    String endsAfter(Action action) throws Exception {
      action.run();
      String line = out.readLine();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return line;
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private interface Action {
    void run() throws Exception;
  }
}
