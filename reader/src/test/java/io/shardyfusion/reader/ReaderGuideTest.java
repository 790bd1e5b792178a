package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.reader.micrometer.MicrometerReaderMetrics;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/reader.md} says is what the code does. */
class ReaderGuideTest {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));
  private static final Path SOURCES = ROOT.resolve("reader/src/main/java");

  private final String guide = read(ROOT.resolve("docs/reader.md"));

  @Test
  void itsSnippetsAreThoseOfTestsWordForWord() {
    Path tests = ROOT.resolve("reader/src/test/java/io/shardyfusion/reader");
    List<String> names = new ArrayList<>();
    for (String test :
        List.of("TutorialTest.java", "S3FaultIT.java", "spring/CitiesConfiguration.java")) {
      String source = read(tests.resolve(test));
      for (String name : found("// begin (\\w+)", source)) {
        names.add(name);
        assertThat(guide)
            .contains("<!-- snippet: " + name + " -->\n```java\n" + region(source, name) + "```\n");
      }
    }

    assertThat(names)
        .containsExactlyInAnyOrderElementsOf(found("<!-- snippet: (\\w+) -->", guide))
        .contains("open", "view", "refresh", "typed", "scan", "await", "health");
    assertThat(guide.indexOf("```java"))
        .as("the first snippet")
        .isEqualTo(guide.indexOf("```java", guide.indexOf("<!-- snippet: open -->")));
  }

  @Test
  void everyEventThatIsLoggedIsInItsTableWithItsKeys() {
    String marker = "| event | level | keys |";
    assertThat(guide).contains(marker);
    SortedMap<String, String> documented = new TreeMap<>();
    guide
        .substring(guide.indexOf(marker))
        .lines()
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.split("\\|"))
        .forEach(
            cells ->
                documented.put(
                    cells[1].replace("`", "").strip() + " " + cells[2].strip(),
                    cells[3].replace("`", "").strip()));

    assertThat(documented).isEqualTo(loggedEvents());
  }

  @Test
  void everyMeterIsInItsTable() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    new MicrometerReaderMetrics(registry)
        .opened(
            "file:///cities",
            () ->
                ReaderStats.builder()
                    .watermarkLag(Duration.ZERO)
                    .checkedAge(Duration.ZERO)
                    .build());
    SortedSet<String> meters =
        registry.getMeters().stream()
            .map(meter -> meter.getId().getName().replace("shardyfusion.reader.", ""))
            // The buckets of the timer of that name, which this registry shows as gauges.
            .filter(name -> !name.endsWith(".histogram"))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(new TreeSet<>(tableOf("| meter |"))).isEqualTo(meters);
  }

  @Test
  void everyOptionIsInItsTable() {
    SortedSet<String> options =
        Arrays.stream(ReaderOptions.Builder.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .map(Method::getName)
            .filter(name -> !name.equals("build"))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(new TreeSet<>(tableOf("| option |"))).isEqualTo(options);
  }

  @Test
  void everyExceptionOfALookupIsInItsTable() {
    SortedSet<String> exceptions =
        Arrays.stream(ShardyfusionException.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            // Those of writers.
            .filter(name -> !Set.of("ConflictException", "EmptySnapshotException").contains(name))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(new TreeSet<>(tableOf("| exception |"))).isEqualTo(exceptions);
  }

  @Test
  void whatItLinksToIsThere() {
    List<String> files = found("\\]\\(([^)#:]+)\\)", guide);
    List<String> sections = found("\\]\\(#([^)]+)\\)", guide);

    assertThat(files)
        .isNotEmpty()
        .allSatisfy(file -> assertThat(ROOT.resolve("docs").resolve(file)).exists());
    assertThat(found("(?m)^#+ (.+)$", guide).stream().map(ReaderGuideTest::anchor))
        .containsAll(sections);
  }

  /** The names in the first column of a table, which begins with {@code head}. */
  private List<String> tableOf(String head) {
    assertThat(guide).contains(head);
    return guide
        .substring(guide.indexOf(head))
        .lines()
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.split("\\|")[1].replaceAll("\\(.*", "").replace("`", "").strip())
        .toList();
  }

  /** By name and level, the keys of all events that are not for debugging. */
  private static SortedMap<String, String> loggedEvents() {
    SortedMap<String, String> events = new TreeMap<>();
    addLogged(SOURCES, events);
    // Threads end there.
    addLogged(ROOT.resolve("core/src/main/java/io/shardyfusion/lifecycle"), events);
    return events;
  }

  private static void addLogged(Path sources, SortedMap<String, String> events) {
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        Pattern.compile("LOG\\.(info|warn|error)\\(\\s*((?:\"(?:[^\"\\\\]|\\\\.)*\"[\\s+]*)+)")
            .matcher(read(file))
            .results()
            .forEach(call -> add(call, events));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void add(MatchResult call, SortedMap<String, String> events) {
    String text = call.group(2).replaceAll("\"\\s*\\+\\s*\"", "");
    String event = found("event=(\\w+)", text).get(0) + " " + call.group(1);
    String keys =
        found("(\\w+)=", text).stream()
            .filter(key -> !key.equals("event"))
            .collect(Collectors.joining(", "));
    String before = events.get(event);
    // Where there are several of one name, the table has the keys of the longest.
    if (before == null || before.length() < keys.length()) {
      events.put(event, keys);
    }
  }

  private static String region(String source, String name) {
    List<String> lines = source.lines().toList();
    int begin = 0;
    while (!lines.get(begin).strip().equals("// begin " + name)) {
      begin++;
    }
    int indent = lines.get(begin).indexOf('/');
    return lines.stream()
        .skip(begin + 1)
        .takeWhile(line -> !line.strip().equals("// end " + name))
        .map(line -> line.isEmpty() ? line : line.substring(indent))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", "").replace(' ', '-');
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(m -> m.group(1)).toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
