package io.shardyfusion.benchmarks;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.cli.measuring.Figures;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description =
        "The wall time of commands that have next to nothing to do, with an archive of classes and"
            + " without.")
final class StartBench implements Callable<Integer> {

  private static final String OFF = "off";

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--quick", description = "Two rounds.")
  private boolean quick;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Where the figures go, as one object.")
  private @Nullable Path json;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds, after one that does not count (default: 5).")
  private @Nullable Integer rounds;

  @Override
  public Integer call() throws Exception {
    int counted = rounds != null ? rounds : quick ? 2 : 5;
    if (counted < 1) {
      throw new ParameterException(spec().commandLine(), "--rounds must be at least 1");
    }
    Figures figures;
    try (TemporaryDirectory temporary = TemporaryDirectory.create()) {
      figures = measure(temporary.path(), counted);
    }
    Figures.print(spec().commandLine().getOut(), Map.of("start", figures), figures.names());
    if (json != null) {
      BenchReport.ofFigures(Map.of("start", figures)).write(json);
    }
    return 0;
  }

  private static Figures measure(Path directory, int rounds)
      throws IOException, InterruptedException {
    StringBuilder rows = new StringBuilder();
    for (int id = 0; id < 10; id++) {
      rows.append("{\"id\":").append(id).append(",\"name\":\"name ").append(id).append("\"}\n");
    }
    Path input = Files.writeString(directory.resolve("rows.jsonl"), rows);
    String dataset = directory.resolve("dataset").toString();
    Map<String, List<String>> commands = new LinkedHashMap<>();
    commands.put(
        "run", List.of("run", "-d", dataset, "--input", input + "", "--key=id", "--shards=2"));
    commands.put(
        "get", List.of("get", "3", "-d", dataset, "--cache", directory.resolve("cache") + ""));
    commands.put("help", List.of("--help"));
    // The first start makes the archive, and waits for it.
    String archives = directory.resolve("archives").toString();
    Map<String, double[]> with = new LinkedHashMap<>();
    Map<String, double[]> without = new LinkedHashMap<>();
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, List<String>> command : commands.entrySet()) {
        double one = seconds(command.getValue(), archives);
        double other = seconds(command.getValue(), OFF);
        if (round >= 0) {
          with.computeIfAbsent(command.getKey(), name -> new double[rounds])[round] = one;
          without.computeIfAbsent(command.getKey(), name -> new double[rounds])[round] = other;
        }
      }
    }
    Figures figures = new Figures();
    with.forEach((name, seconds) -> figures.put(name + "_s", seconds));
    with.forEach(
        (name, seconds) ->
            figures.put(
                name + "_ratio_to_no_archive",
                Figures.ratios(seconds, Objects.requireNonNull(without.get(name)))));
    return figures;
  }

  private static double seconds(List<String> arguments, String archives)
      throws IOException, InterruptedException {
    String home = System.getProperty("shardyfusion.home");
    if (home == null) {
      throw new InvalidRequestException(
          "bin/shardy is found by itself; start the benchmark with it");
    }
    List<String> command = new ArrayList<>(List.of(Path.of(home, "bin", "shardy").toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("SHARDY_ARCHIVE", archives);
    long start = System.nanoTime();
    int code = builder.start().waitFor();
    double seconds = (System.nanoTime() - start) / 1e9;
    if (code != 0) {
      throw new StorageException(
          "'" + String.join(" ", command) + "' ended with " + code + "; run it to see why", null);
    }
    return seconds;
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    return spec;
  }
}
