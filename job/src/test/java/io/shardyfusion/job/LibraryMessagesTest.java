package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The words of the libraries, that is of {@code core}, of {@code reader} and of the sink: they are
 * read in services and jobs that have no command line.
 */
class LibraryMessagesTest {

  private static final List<Path> SOURCES =
      List.of(
          Path.of("../core/src/main/java"),
          Path.of("../reader/src/main/java"),
          Path.of("../writer/src/main/java"),
          Path.of("../sink/src/main/java"));

  /** Text blocks, strings and comments; characters, too, as one of them may be a quote. */
  private static final Pattern WORDS =
      Pattern.compile(
          "(?s)\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\])*+\"|'(?:\\\\.|[^'\\\\])+'|/\\*.*?\\*/|//[^\\n]*+");

  private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");

  private static final Pattern SETTING =
      Pattern.compile("\\b(?:StoreOptions|S3Credentials)\\.[a-z]\\w*(?:\\(\\w+\\))?");

  @Test
  void noneNamesAFlagOfACommandLine() throws IOException {
    List<String> found = new ArrayList<>();
    int words = 0;
    for (Path source : sources()) {
      for (String word : words(Files.readString(source))) {
        words++;
        matches(FLAG, word).forEach(flag -> found.add(source + ": " + flag));
      }
    }
    assertThat(words).as("comments and strings").isGreaterThan(2_000);
    assertThat(found).isEmpty();
  }

  @Test
  void eachSettingOfTheStoreThatOneNamesHasItsOption() throws IOException {
    TreeSet<String> named = new TreeSet<>();
    for (Path source : sources()) {
      words(Files.readString(source)).stream()
          .filter(word -> word.startsWith("\""))
          .forEach(message -> named.addAll(matches(SETTING, message)));
    }
    assertThat(named).contains("StoreOptions.s3Region");
    assertThat(OptionHints.OPTIONS.keySet()).containsAll(named);
  }

  @Test
  void flagsAreFoundInMessagesAndInComments() {
    String source = "i--; --count; '\"' /* so --a */ f(\"b\\\" --c-d\" + \"(--e)\") // --f\n-- x";

    assertThat(words(source).stream().flatMap(word -> matches(FLAG, word).stream()))
        .containsExactly("--a", "--c-d", "--e", "--f");
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (Path root : SOURCES) {
      try (Stream<Path> files = Files.walk(root)) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    return sources;
  }

  private static List<String> words(String source) {
    return matches(WORDS, source);
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(MatchResult::group).toList();
  }
}
