package io.shardyfusion.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.cli.frame.Failures;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Runs the common commands once on a small dataset of its own, so that the Java machine sees the
 * classes that they load: {@code bin/lib/archive.sh} has it write them into an archive then, from
 * which later starts take them. Prints nothing.
 */
final class StartTraining {

  private static final String PROPERTY = "shardyfusion.training";
  private static final long STORE_SECONDS = 5;

  private final Path directory;

  private StartTraining(Path directory) {
    this.directory = directory;
  }

  /** Returns whether this process is there for that. */
  static boolean isAsked() {
    return Boolean.getBoolean(PROPERTY);
  }

  /** Runs the commands; 0 if all went well. */
  static int run() {
    try (TemporaryDirectory temporary = TemporaryDirectory.create()) {
      return new StartTraining(temporary.path()).all();
    } catch (IOException e) {
      return Failures.FAILED;
    }
  }

  private int all() throws IOException {
    Path rows = directory.resolve("rows.jsonl");
    Files.writeString(
        rows,
        IntStream.range(0, 10)
            .mapToObj(id -> "{\"id\":" + id + ",\"name\":\"name " + id + "\"}\n")
            .collect(Collectors.joining()));
    String dataset = directory.resolve("dataset").toString();
    List<List<String>> commands =
        List.of(
            List.of("--help"),
            List.of("run", "-d", dataset, "--input", rows.toString(), "--key=id", "--shards=2"),
            List.of("get", "3", "-d", dataset),
            List.of("multiget", "4", "5", "-d", dataset),
            List.of("scan", "-o", "table", "-d", dataset),
            List.of("info", "-d", dataset),
            List.of("shards", "-d", dataset),
            List.of("history", "-d", dataset),
            List.of("verify", "--deep", "-d", dataset));
    int code = 0;
    for (List<String> command : commands) {
      code = Math.max(code, execute(command));
    }
    readNoStore();
    return code;
  }

  /** Loads the classes of the S3 client, which finds nobody where it is sent. */
  private void readNoStore() {
    System.setProperty("aws.accessKeyId", "nobody");
    System.setProperty("aws.secretAccessKey", "nothing");
    Thread reading =
        new Thread(
            () ->
                execute(
                    List.of(
                        "info",
                        "-d",
                        "s3://nowhere/nothing",
                        "--s3-endpoint=http://127.0.0.1:9",
                        "--s3-region=us-east-1")),
            "shardy-training");
    reading.setDaemon(true);
    reading.start();
    try {
      reading.join(STORE_SECONDS * 1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int execute(List<String> command) {
    List<String> all =
        command.contains("-d") && !command.contains("run")
            ? Stream.concat(
                    command.stream(), Stream.of("--cache", directory.resolve("cache").toString()))
                .toList()
            : command;
    Terminal nowhere =
        new Terminal(
            new ByteArrayInputStream("".getBytes(UTF_8)),
            OutputStream.nullOutputStream(),
            new PrintWriter(Writer.nullWriter()),
            false,
            false,
            Map.of());
    return Shardy.execute(nowhere, all.toArray(String[]::new));
  }
}
