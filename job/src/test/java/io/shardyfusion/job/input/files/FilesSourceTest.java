package io.shardyfusion.job.input.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.format.RunWarning;
import io.shardyfusion.job.input.Logged;
import io.shardyfusion.job.input.news.InputNews;
import io.shardyfusion.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of files between enumerator and reader, step by step, without a cluster. */
final class FilesSourceTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration PATIENT = Duration.ofMinutes(5);

  @TempDir Path temp;

  /** Where a checkpoint cuts through what reader and enumerator say to each other. */
  enum Cut {
    BEFORE_THE_NEWS_ARRIVES,
    BEFORE_THE_ANSWER_ARRIVES,
    AFTER_THE_ANSWER
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatChangedIsReadWholeAndToldAsSuchWhateverACheckpointHoldsOfThat(Cut cut)
      throws Exception {
    Path in = Files.createDirectory(temp.resolve("in"));
    Path file = Files.writeString(in.resolve("a.jsonl"), "{\"id\":1}\n".repeat(3));
    SteppedFiles.Checkpoint found;
    try (SteppedFiles first = new SteppedFiles(in.toString(), null, PATIENT, null)) {
      first.look();
      first.arriveAtEnumerator();
      first.arriveAtReader();
      found = new SteppedFiles.Checkpoint(first.snapshotEnumerator(), first.snapshotReader());
      assertThat(found.reader()).hasSize(1);
    }
    Files.writeString(file, "{\"id\":2}\n".repeat(5));
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));

    SteppedFiles.Checkpoint cutThrough;
    try (SteppedFiles second = new SteppedFiles(in.toString(), found, PATIENT, null)) {
      FilesState before = second.snapshotEnumerator();
      await(
          "news",
          () -> {
            second.poll();
            return second.hasNewsForEnumerator();
          });
      if (cut != Cut.BEFORE_THE_NEWS_ARRIVES) {
        second.arriveAtEnumerator();
        before = second.snapshotEnumerator();
      }
      if (cut == Cut.AFTER_THE_ANSWER) {
        second.arriveAtReader();
        second.poll();
      } else {
        second.poll();
        assertThat(second.rows()).as("not read before it is known").isZero();
      }
      cutThrough = new SteppedFiles.Checkpoint(before, second.snapshotReader());
    }

    try (Logged log = new Logged(InputNews.class);
        SteppedFiles third = new SteppedFiles(in.toString(), cutThrough, PATIENT, null)) {
      for (int i = 0; i < 3; i++) {
        third.look();
      }
      await(
          "five rows",
          () -> {
            third.poll();
            third.arrive();
            return third.rows() == 5;
          });
      for (int i = 0; i < 3; i++) {
        third.look();
        third.arrive();
        third.poll();
      }
      assertThat(third.rows()).isEqualTo(5);
      assertThat(log.has(file + " was changed before it was read to its end"))
          .isEqualTo(cut != Cut.AFTER_THE_ANSWER);
      assertThat(log.has(file + " was changed after it was found")).isFalse();

      // And what is one, is told.
      Files.writeString(file, "{\"id\":3}\n");
      third.look();
      third.look();
      assertThat(log.has(file + " was changed after it was found")).isTrue();
    }
  }

  @Test
  void aListingThatHangsIsToldWithWhereItHangsInTheRecordTooUntilItGoesOn() throws Exception {
    Path in = Files.createDirectory(temp.resolve("in"));
    Path mounted = Files.createDirectory(in.resolve("mounted"));
    Files.writeString(mounted.resolve("a.jsonl"), "{\"id\":1}\n");
    RecordedRun run = RecordedRun.of(temp.resolve("data"));
    String told =
        "the filesystem has not answered for 0 s when asked for the input "
            + HangingFileSystem.path(mounted).replace("://", ":")
            + ", so no files are found until it does: check it, and the way to it";
    try (Logged log = new Logged(InputNews.class);
        SteppedFiles files =
            new SteppedFiles(HangingFileSystem.path(in), null, Duration.ofMillis(1), run.input())) {
      Future<Runnable> listing;
      try (HangingFileSystem.Hanging hanging = HangingFileSystem.hang(mounted)) {
        listing = files.list();
        hanging.awaitQuestion();
        run.awaitWarnings(told);
        assertThat(run.warnings()).extracting(RunWarning::message).containsExactly(told);
        assertThat(log.has(told)).isTrue();
        assertThat(listing).isNotDone();
      }
      listing.get(60, TimeUnit.SECONDS).run();
      assertThat(log.has("this is over: " + told)).isTrue();
      await(
          "a row",
          () -> {
            files.arrive();
            files.poll();
            return files.rows() == 1;
          });
      run.awaitWarnings();
    }
  }

  @Test
  void aJobEndsWhileAListingHangsAndThatIsNoFailureOfIt() throws Exception {
    Path in = Files.createDirectory(temp.resolve("in"));
    try (Logged log = new Logged(InputNews.class);
        SteppedFiles files = new SteppedFiles(HangingFileSystem.path(in), null, PATIENT, null);
        HangingFileSystem.Hanging hanging = HangingFileSystem.hang(in)) {
      Future<Runnable> listing = files.list();
      hanging.awaitQuestion();
      assertThat(files.endsEnumerator()).isTrue();
      listing.get(60, TimeUnit.SECONDS).run();
      assertThat(log.has(in.toString())).isFalse();
    }
  }

  @Test
  void aListingThatHangsAtTheStartIsToldAndWaitedFor() throws Exception {
    Path in = Files.createDirectory(temp.resolve("in"));
    Path file = Files.writeString(in.resolve("a.jsonl"), "{\"id\":1}\n");
    String told = "when asked for the input " + HangingFileSystem.path(in);
    try (Logged log = new Logged(InputNews.class)) {
      CompletableFuture<InputFiles> found;
      try (HangingFileSystem.Hanging hanging = HangingFileSystem.hang(in)) {
        found =
            CompletableFuture.supplyAsync(
                () ->
                    InputFiles.resolve(List.of(HangingFileSystem.path(in)), Duration.ofMillis(1)));
        hanging.awaitQuestion();
        Await.until("a word", DEADLINE, () -> log.has(told));
        assertThat(found).isNotDone();
      }
      assertThat(found.get(60, TimeUnit.SECONDS).files())
          .singleElement()
          .matches(f -> f.path().getPath().equals(file.toString()));
      assertThat(log.has("this is over: ")).isTrue();
    }
  }

  @Test
  void aReaderThatWaitsForAFilesystemIsNotBusyAndIsWokenByTheAnswer() throws Exception {
    Path in = Files.createDirectory(temp.resolve("in"));
    Path file = Files.writeString(in.resolve("a.jsonl"), "{\"id\":1}\n");
    try (SteppedFiles files = new SteppedFiles(HangingFileSystem.path(in), null, PATIENT, null)) {
      files.poll();
      try (HangingFileSystem.Hanging hanging = HangingFileSystem.hang(file)) {
        files.look();
        files.arrive();
        files.poll();
        hanging.awaitQuestion();
        assertThat(files.isReaderAvailable()).isFalse();
        assertThat(files.snapshotReader()).hasSize(1);
      }
      Await.until("the reader is woken", DEADLINE, files::isReaderAvailable);
      await(
          "a row",
          () -> {
            files.poll();
            return files.rows() == 1;
          });
      await(
          "the reader has nothing to do",
          () -> {
            files.poll();
            return !files.isReaderAvailable();
          });
    }
  }

  private static void await(String what, Callable<Boolean> step) {
    Await.until(
        what,
        DEADLINE,
        () -> {
          try {
            return step.call();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }
}
