package io.shardyfusion.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.flink.ShardyfusionSink;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of the README: they are the marked regions of this file, which run here. */
final class ReadmeTest {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));

  @TempDir private Path directory;

  /** A record of the write snippet. */
  public record City(long id, String name) {}

  @Test
  void whatTheWriteSnippetPublishesTheReadSnippetFinds() throws Exception {
    String dataset = directory.resolve("cities").toUri().toString();

    write(dataset);
    read(dataset);

    assertThat(Invocation.run("get", "2988507", "-o", "text", "-d", dataset).succeeded().out())
        .isEqualTo("Paris\n");
  }

  private static void write(String dataset) throws Exception {
    // begin write
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);

    DataStream<City> cities = env.fromData(new City(2988507, "Paris"), new City(1850147, "Tokyo"));

    ShardyfusionSink.forStream(cities)
        .dataset(dataset) // s3://bucket/cities, or file:///var/data/cities
        .shards(8)
        .key(city -> city.id())
        .value(city -> city.name().getBytes(UTF_8))
        .append();

    env.execute("publish the cities");
    // end write
  }

  private static void read(String dataset) {
    // begin read
    try (ShardedReader reader = ShardedReader.open(ReaderOptions.builder(dataset).build())) {
      byte[] paris = reader.get(2988507L); // null: not there
      Map<Long, byte[]> many = reader.multiGet(List.of(2988507L, 1850147L, 1L));

      System.out.println(new String(paris, UTF_8) + "; " + many.size() + " of 3 are there");
    }
    // end read
  }

  @Test
  void theReadmeHasTheSnippetsWordForWord() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));

    for (String name : List.of("write", "read")) {
      assertThat(readme)
          .contains("<!-- snippet: " + name + " -->\n```java\n" + region(name) + "```\n");
    }
  }

  @Test
  void theReadmeHasExactlyTheTwoCommandsFirst() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));

    assertThat(readme.substring(readme.indexOf("```sh")))
        .startsWith("```sh\nbin/shardy quickstart\nmvn verify\n```\n");
  }

  @Test
  void theFilesThatTheReadmeLinksToAreThere() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));

    List<String> links =
        Pattern.compile("\\]\\(([^)#:]+)\\)")
            .matcher(readme)
            .results()
            .map(m -> m.group(1))
            .toList();

    assertThat(links).isNotEmpty().allSatisfy(link -> assertThat(ROOT.resolve(link)).exists());
  }

  private static String region(String name) throws IOException {
    Path source = ROOT.resolve("cli/src/test/java/io/shardyfusion/cli/ReadmeTest.java");
    List<String> lines = Files.readAllLines(source);
    int begin = lines.indexOf("    // begin " + name);
    int end = lines.indexOf("    // end " + name);
    return lines.subList(begin + 1, end).stream()
        .map(line -> line.isEmpty() ? line : line.substring(4))
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
