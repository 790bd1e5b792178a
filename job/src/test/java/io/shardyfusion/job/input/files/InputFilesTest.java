package io.shardyfusion.job.input.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.input.files.listing.InputFile;
import io.shardyfusion.job.input.files.listing.InputListing;
import io.shardyfusion.job.input.rows.ShownPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InputFilesTest {

  @TempDir Path dir;

  @BeforeEach
  void writeFiles() throws IOException {
    for (String name :
        List.of(
            "b.jsonl",
            "a.jsonl",
            "a.csv.gz",
            "_SUCCESS",
            ".hidden.jsonl",
            "y=1/m=1/p.jsonl",
            "y=1/m=2/p.jsonl",
            "y=1/_tmp/p.jsonl",
            "y=2/m=1/p.jsonl",
            "y=2/m=1/deep/q.jsonl",
            "x[1].jsonl")) {
      Path file = dir.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name);
    }
    Files.createDirectories(dir.resolve("empty"));
  }

  @Test
  void aDirectoryIsReadWithAllBelowItInPathOrderWithoutHiddenNames() {
    assertThat(resolved(""))
        .containsExactly(
            "a.csv.gz",
            "a.jsonl",
            "b.jsonl",
            "x[1].jsonl",
            "y=1/m=1/p.jsonl",
            "y=1/m=2/p.jsonl",
            "y=2/m=1/deep/q.jsonl",
            "y=2/m=1/p.jsonl");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*.jsonl              | a.jsonl b.jsonl x[1].jsonl",
        "?.jsonl              | a.jsonl b.jsonl",
        "[a-b].*              | a.csv.gz a.jsonl b.jsonl",
        "{b,a}.jsonl          | a.jsonl b.jsonl",
        "y=*/m=1/*.jsonl      | y=1/m=1/p.jsonl y=2/m=1/p.jsonl",
        "y=*                  | y=1/m=1/p.jsonl y=1/m=2/p.jsonl y=2/m=1/deep/q.jsonl y=2/m=1/p.jsonl",
        "**/q.jsonl           | y=2/m=1/deep/q.jsonl",
        "y=2/**.jsonl         | y=2/m=1/deep/q.jsonl y=2/m=1/p.jsonl",
        "y={1/m=1,2/m=1}/*    | y=1/m=1/p.jsonl y=2/m=1/deep/q.jsonl y=2/m=1/p.jsonl",
        "*/m=2/p.jsonl        | y=1/m=2/p.jsonl",
        "x[1].jsonl           | x[1].jsonl",
        "_SUCCESS             | _SUCCESS",
        "e*                   | ''",
        "empty                | ''",
      })
  void pathsAndGlobsFindTheirFiles(String glob, String files) {
    assertThat(resolved(glob))
        .containsExactlyElementsOf(files.isEmpty() ? List.of() : List.of(files.split(" ")));
  }

  @Test
  void aFileThatIsNamedTwiceIsReadOnce() {
    assertThat(resolved("b.jsonl", "*.jsonl", "a.jsonl", "./y=1/../a.jsonl"))
        .containsExactly("a.jsonl", "b.jsonl", "x[1].jsonl");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing.jsonl", "missing/", "a.jsonl/x"})
  void aPathThatDoesNotExistIsRefusedByName(String name) {
    assertThatThrownBy(() -> resolved(name))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("the input path '" + dir + "/" + name + "' does not exist; correct --input");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*.parquet", "missing/*", "_*", "**/_*", "y=1/*/none"})
  void aGlobThatMatchesNothingIsRefusedByName(String glob) {
    assertThatThrownBy(() -> resolved("a.jsonl", glob))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("the input glob '" + dir + "/" + glob + "' matches no file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[a", "{a"})
  void aGlobThatIsNotValidIsRefused(String glob) {
    assertThatThrownBy(() -> resolved(glob))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(glob);
  }

  @Test
  void anUnknownFilesystemIsRefused() {
    assertThatThrownBy(() -> InputFiles.resolve(List.of("nofs://bucket/x")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("nofs://bucket/x");
  }

  @Test
  void aCompressionThatIsNotSupportedIsRefused() throws IOException {
    Files.writeString(dir.resolve("a.jsonl.xz"), "x");
    assertThatThrownBy(() -> resolved("a.jsonl.xz"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("a.jsonl.xz")
        .hasMessageContaining(".gz, .zst or .bz2");
  }

  @Test
  void sizesAreThoseOfTheFiles() {
    InputFiles files = InputFiles.resolve(List.of(dir + "/a.jsonl", dir + "/b.jsonl"));
    assertThat(files.totalBytes()).isEqualTo("a.jsonl".length() + "b.jsonl".length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.jsonl~",
        "b.jsonl._COPYING_",
        ".a.jsonl.swp",
        "c.swp",
        "d.jsonl.tmp",
        "e.BAK",
        "#f.jsonl#",
        "g.jsonl.part",
        "h.jsonl.crdownload",
        "i.jsonl.filepart",
        "~$j.csv",
        "Thumbs.db",
        "old~/k.jsonl"
      })
  void whatToolsLeaveIsReadWhereItIsNamedAndNotInADirectoryOrByAGlob(String name)
      throws IOException {
    List<String> before = resolved("");
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "left");
    assertThat(resolved("")).isEqualTo(before);
    assertThat(resolved("**")).isEqualTo(before);
    assertThat(resolved(name)).containsExactly(name);
    if (!name.startsWith(".")) {
      assertThat(InputListing.of(List.of(dir.toString()), asks -> {}).skipped())
          .containsExactly(dir.resolve(name.split("/")[0]).toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"part", "partial.jsonl", "tmp.csv", "#1.jsonl", "a~b", "part-0", "bak"})
  void namesThatOnlyResembleThoseAreData(String name) throws IOException {
    Files.writeString(dir.resolve(name), "data");
    assertThat(resolved("")).contains(name);
  }

  @Test
  void whatIsLeftOutIsSaidWithItsNumberAndTheFirstNames() {
    assertThat(InputFiles.skipped(List.of("/in/a~", "/in/b~")))
        .isEqualTo(
            "left out 2 names that tools leave behind: /in/a~, /in/b~; to read such a file, name it"
                + " itself");
    assertThat(InputFiles.skipped(List.of("1~", "2~", "3~", "4~", "5~", "6~")))
        .startsWith("left out 6 names that tools leave behind: 1~, 2~, 3~, 4~, 5~, …; ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "t10:00:00.jsonl",
        "a\\b.jsonl",
        "s3:x.jsonl",
        "Zürich ☃ 😀.jsonl",
        "100%.jsonl",
        "a?b#c",
        "Zu\u0308rich.jsonl",
        " ",
        "[x]{y}*",
        "a:b/c:d"
      })
  void everyNameIsJustAName(String name) throws IOException {
    Path file = dir.resolve("odd").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{}\n");
    InputFiles named = InputFiles.resolve(List.of(file.toString()));
    InputFiles listed = InputFiles.resolve(List.of(dir.resolve("odd").toString()));
    InputFiles byUri = InputFiles.resolve(List.of("file://" + file));
    assertThat(named).isEqualTo(listed).isEqualTo(byUri);
    assertThat(named.files()).hasSize(1);
    InputFile found = named.files().get(0);
    assertThat(ShownPath.of(found.path())).isEqualTo(file.toString());
    try (DecodedFile read = DecodedFile.open(found.path())) {
      assertThat(read.readFully(new byte[9], 0, 9)).isEqualTo(3);
    }
  }

  @Test
  void aRelativeNameWithAColonIsOfTheWorkingDirectory() {
    assertThatThrownBy(() -> InputFiles.resolve(List.of("t10:00:00.jsonl")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("the input path 't10:00:00.jsonl' does not exist; correct --input");
  }

  @Test
  void linksThatLeadNowhereOrBackArePutAsWhatTheyAre() throws IOException {
    Path gone = Files.createSymbolicLink(dir.resolve("gone.jsonl"), dir.resolve("nothing"));
    assertProblem("it is a link to " + dir.resolve("nothing") + ", which does not exist", gone);
    Path self = Files.createSymbolicLink(dir.resolve("self"), Path.of("self"));
    assertProblem("it is a link that leads back to itself", self);
    Path back = Files.createSymbolicLink(dir.resolve("y=1/back"), dir);
    assertProblem("it is a link back to " + dir + ", which it is in; remove the link", back);
    assertThatThrownBy(() -> resolved("**/*.jsonl"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(
            "cannot read the input " + dir.resolve("y=1/back") + ": it is a link");
  }

  @Test
  void aLinkToADirectoryElsewhereIsFollowed() throws IOException {
    Files.createSymbolicLink(dir.resolve("empty/y"), dir.resolve("y=2"));
    assertThat(resolved("empty"))
        .containsExactly("empty/y/m=1/deep/q.jsonl", "empty/y/m=1/p.jsonl");
  }

  @Test
  void aPipeIsNoInput() throws Exception {
    Path pipe = dir.resolve("pipe");
    assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertProblem("it is neither a file nor a directory, but a pipe", pipe);
  }

  @Test
  void aNameThatIsNoUtf8IsToldWithItsBytes() throws Exception {
    // Java cannot make such a file where names are UTF-8.
    String script = "touch \"$(printf '" + dir + "/Z\\374rich.jsonl')\"";
    assumeThat(new ProcessBuilder("sh", "-c", script).start().waitFor()).isZero();
    assertThatThrownBy(() -> resolved(""))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "cannot read the input "
                + dir
                + "/Z\\xFCrich.jsonl: its name is not valid UTF-8; rename it");
  }

  @Test
  void severalProblemsAreToldAtOnce() throws IOException {
    for (int i = 0; i < 7; i++) {
      Files.createSymbolicLink(dir.resolve("gone" + i), dir.resolve("nothing"));
    }
    assertThatThrownBy(() -> resolved(""))
        .hasMessageContaining("gone0: it is a link")
        .hasMessageContaining("gone4: it is a link")
        .hasMessageEndingWith("; and 2 more");
  }

  /** That a batch is refused because of the file, and works without it. */
  private void assertProblem(String reason, Path file) throws IOException {
    assertThatThrownBy(() -> resolved(""))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("cannot read the input " + file + ": " + reason);
    Files.delete(file);
    assertThat(resolved("")).hasSize(8);
    if (reason.startsWith("it is a link back to " + dir)) {
      Files.createSymbolicLink(file, dir);
    }
  }

  private List<String> resolved(String... names) {
    List<String> paths = Arrays.stream(names).map(name -> dir + "/" + name).toList();
    return InputFiles.resolve(paths).files().stream()
        .map(file -> dir.relativize(Path.of(file.path().getPath())).toString())
        .toList();
  }
}
