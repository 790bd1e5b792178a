package io.shardyfusion.cli.running;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.job.AnnouncedVersion;
import io.shardyfusion.job.RunOptions;
import io.shardyfusion.job.SnapshotJobConfig;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "quickstart",
    description =
        "Build the sample dataset in a local directory, look keys up, say what to try next.")
public final class QuickstartCommand extends ShardyCommand {

  private static final String CITIES = "src-test-resources/dataset/cities.jsonl.gz";

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where; a second time publishes the next version (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of("shardy-quickstart");

  public QuickstartCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  protected int run(Printer printer) {
    Path cities = cities();
    SnapshotJobConfig config = config(cities);
    terminal().err().println("shardy: reading " + cities + " with a Flink in this process");
    AnnouncedVersion result = RunCommand.execute(config, terminal());
    StringBuilder text = new StringBuilder();
    describe(result, text);
    lookUp(config.dataset(), text);
    suggest(text);
    printer.text(text.toString());
    return 0;
  }

  @Override
  protected boolean needsDataset() {
    return false;
  }

  private static Path cities() {
    String home = System.getProperty("shardyfusion.home");
    if (home == null) {
      throw new InvalidRequestException(
          "the sample data is found by bin/shardy; start quickstart with it");
    }
    Path cities = Path.of(home, CITIES);
    if (!Files.isRegularFile(cities)) {
      throw new InvalidRequestException("the sample data " + cities + " is not there");
    }
    return cities;
  }

  private SnapshotJobConfig config(Path cities) {
    RunOptions run =
        CommandLine.populateCommand(
            new RunOptions(),
            "--input=" + cities,
            "--key=id",
            "--shards=8",
            "--custom=source=GeoNames (CC BY 4.0)");
    return run.toConfig(
        directory.toAbsolutePath().normalize().toString(), options().storeOptions());
  }

  private void describe(AnnouncedVersion result, StringBuilder text) {
    line(
        text,
        "Published version %d of the dataset %s in %.1f s: %,d cities in %d shards, %,d bytes.",
        result.version(),
        directory,
        result.effort().durationMs() / 1000.0,
        result.rows().written(),
        result.size().shards(),
        result.size().bytes());
    line(text, "(City data: GeoNames, https://www.geonames.org, CC BY 4.0.)");
  }

  private void lookUp(String dataset, StringBuilder text) {
    Map<Long, String> keys = new LinkedHashMap<>();
    keys.put(2988507L, "Paris");
    keys.put(5128581L, "New York City");
    keys.put(1850147L, "Tokyo");
    keys.put(1L, "no city");
    line(text, "");
    line(text, "Lookups with the reader library:");
    ReaderOptions.Builder reader = ReaderOptions.builder(dataset).refreshInterval(Duration.ZERO);
    Path cache = options().cache();
    if (cache != null) {
      reader.cacheDirectory(cache);
    }
    try (ShardedReader open = ShardedReader.open(reader.build())) {
      keys.forEach(
          (key, name) -> {
            byte[] value = open.get(key);
            line(
                text,
                "  %-8d %-14s %s",
                key,
                name,
                value == null ? "not there" : new String(value, StandardCharsets.UTF_8));
          });
    }
  }

  private void suggest(StringBuilder text) {
    String shardy = quoted(System.getProperty("shardyfusion.command", "shardy"));
    String dataset =
        " -d " + quoted(directory.isAbsolute() ? directory.toString() : "./" + directory);
    line(text, "");
    line(text, "Try next:");
    line(text, "  %s get 2988507%s", shardy, dataset);
    line(text, "  %s scan --shard 3 --limit 5%s", shardy, dataset);
    line(text, "  %s info%s", shardy, dataset);
    line(text, "  %s verify --deep%s", shardy, dataset);
    line(
        text,
        "  %s quickstart --dir %s    # publishes the next version",
        shardy,
        quoted(directory.toString()));
    line(text, "  %s history%s", shardy, dataset);
    line(text, "  %s --help", shardy);
  }

  private static void line(StringBuilder text, String format, @Nullable Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** A word of a shell's command line. */
  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./~+:@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
