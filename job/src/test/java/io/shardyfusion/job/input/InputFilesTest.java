package io.shardyfusion.job.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
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

  private List<String> resolved(String... names) {
    List<String> paths = Arrays.stream(names).map(name -> dir + "/" + name).toList();
    return InputFiles.resolve(paths).files().stream()
        .map(file -> dir.relativize(Path.of(file.path().getPath())).toString())
        .toList();
  }
}
