package io.shardyfusion.job.input.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.job.input.files.listing.InputFile;
import io.shardyfusion.job.input.files.listing.InputListing;
import io.shardyfusion.job.input.files.listing.LocalPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KnownFilesTest {

  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path dir;

  private final List<String> told = new ArrayList<>();
  private KnownFiles known = new KnownFiles(Map.of());

  @Test
  void aFileIsFoundOnceAndAnEmptyOneWhenItIsNotAnyMore() throws IOException {
    write("a", "1", 0);
    write("b", "", 0);
    assertThat(look()).containsExactly("a");
    assertThat(look()).isEmpty();
    write("b", "2", 1);
    assertThat(look()).containsExactly("b");
    assertThat(told).isEmpty();
  }

  @Test
  void aFileThatIsChangedWhereItLiesIsNotReadAgainAndThatIsToldOnceItHasComeToRest()
      throws IOException {
    write("a", "1", 0);
    look();
    write("a", "2", 1); // of the same length
    assertThat(look()).isEmpty();
    write("a", "2 3", 2);
    assertThat(look()).isEmpty();
    assertThat(told).isEmpty();
    for (int i = 0; i < 3; i++) {
      assertThat(look()).isEmpty();
    }
    assertThat(told)
        .containsExactly(
            "the input file "
                + dir.resolve("a")
                + " was changed after it was found: a file is read once, so what is new in it is"
                + " left out; put changes into a new file");
    // The advice is followed.
    write("a2", "3", 3);
    assertThat(look()).containsExactly("a2");
    write("a", "4", 4);
    look();
    look();
    assertThat(told).hasSize(2);
  }

  @Test
  void aFileThatWasGoneOrEmptyAndComesBackAsAnotherIsNew() throws IOException {
    write("a", "1", 0);
    write("b", "1", 0);
    look();
    Files.delete(dir.resolve("a"));
    write("b", "", 1);
    assertThat(look()).isEmpty();
    write("a", "2", 2);
    write("b", "2", 2);
    assertThat(look()).containsExactly("a", "b");
    assertThat(told).isEmpty();
  }

  @Test
  void aFileThatWasGoneAndComesBackAsItWasIsTheSame() throws IOException {
    write("a", "1", 0);
    look();
    Files.move(dir.resolve("a"), dir.resolve(".a"));
    look();
    known = new KnownFiles(known.copy());
    Files.move(dir.resolve(".a"), dir.resolve("a"));
    assertThat(look()).isEmpty();
  }

  @Test
  void whatCannotBeListedIsNotGone() throws IOException {
    Files.createDirectory(dir.resolve("sub"));
    write("sub/a", "1", 0);
    look();
    Files.move(dir.resolve("sub"), dir.resolve(".sub"));
    Files.createSymbolicLink(dir.resolve("sub"), dir.resolve("nowhere"));
    look();
    Files.delete(dir.resolve("sub"));
    Files.move(dir.resolve(".sub"), dir.resolve("sub"));
    write("sub/a", "2", 1);
    assertThat(look()).as("changed, and not new").isEmpty();
  }

  @Test
  void aFileThatWaitsForItsReaderIsComparedByThat() throws IOException {
    write("a", "1", 0);
    look();
    write("a", "2", 1);
    for (int i = 0; i < 3; i++) {
      assertThat(names(known.take(listing(), path("a")::equals, told::add))).isEmpty();
    }
    assertThat(told).isEmpty();
  }

  @Test
  void aFileThatWaitsForItsReaderIsNotFoundASecondTimeWhenItWasGoneOrEmptyMeanwhile()
      throws IOException {
    write("a", "1", 0);
    write("b", "1", 0);
    look();
    Files.delete(dir.resolve("a"));
    write("b", "", 1);
    assertThat(names(known.take(listing(), path -> true, told::add))).isEmpty();
    write("a", "2", 2);
    write("b", "2", 2);
    assertThat(names(known.take(listing(), path -> true, told::add))).isEmpty();
    known.read(new ChangedFile(path("a"), 1, TIME.plusSeconds(2).toEpochMilli()));
    known.read(new ChangedFile(path("b"), 1, TIME.plusSeconds(2).toEpochMilli()));
    assertThat(look()).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void timesOfAFilesystemThatIsNotLocalAreComparedByWholeSeconds() {
    var remote = new org.apache.flink.core.fs.Path("s3://bucket/a");
    var local = new org.apache.flink.core.fs.Path("file:/in/a");
    KnownFile ofAnOlderRelease = new KnownFile(1, 1789, true);
    assertThat(ofAnOlderRelease.isSame(new InputFile(remote, 1, 1000))).isTrue();
    assertThat(ofAnOlderRelease.isSame(new InputFile(remote, 1, 2000))).isFalse();
    assertThat(ofAnOlderRelease.isSame(new InputFile(local, 1, 1000))).isFalse();
  }

  @Test
  void whatAReaderFoundIsKnownAndWhatItPassedOverIsNewWhenItComesBack() throws IOException {
    write("a", "1", 0);
    write("b", "1", 0);
    look();
    write("a", "2", 1);
    look();
    known.read(new ChangedFile(path("a"), 1, TIME.plusSeconds(1).toEpochMilli()));
    known.read(new ChangedFile(path("b"), 0, 0));
    assertThat(look()).containsExactly("b");
    assertThat(told).isEmpty();
  }

  @Test
  void aFileOfWhichAnOlderReleaseKeptThePathIsKnownAsItIsFound() throws IOException {
    write("a", "1", 0);
    known = new KnownFiles(Map.of(path("a"), new KnownFile(KnownFile.UNKNOWN, 0, true)));
    assertThat(look()).isEmpty();
    write("a", "2", 1);
    look();
    look();
    assertThat(told).hasSize(1);
  }

  private List<String> look() {
    return names(known.take(listing(), path -> false, told::add));
  }

  private InputListing listing() {
    return InputListing.of(List.of(dir.toString()), asks -> {});
  }

  private static List<String> names(List<FileSourceSplit> splits) {
    return splits.stream().map(split -> split.path().getName()).toList();
  }

  private org.apache.flink.core.fs.Path path(String name) {
    return LocalPaths.of(dir.resolve(name).toString());
  }

  private void write(String name, String text, int seconds) throws IOException {
    Path file = Files.writeString(dir.resolve(name), text);
    Files.setLastModifiedTime(file, FileTime.from(TIME.plusSeconds(seconds)));
  }
}
