package io.shardyfusion.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.surroundings.GivenText;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options of {@link SnapshotJob#main}: those of {@code shardy run}, with the dataset and its
 * store.
 */
@Command(
    name = "shardyfusion-job",
    mixinStandardHelpOptions = true,
    description = "Reads rows and publishes them as one snapshot of a dataset.")
final class SnapshotJobCommand implements Callable<@Nullable AnnouncedVersion> {

  @Option(
      names = {"-d", "--dataset"},
      required = true,
      paramLabel = "URI",
      description = "The dataset: s3://bucket/prefix or file:///dir.")
  String dataset = "";

  @Mixin S3Options s3 = new S3Options();

  @Mixin RunOptions options = new RunOptions();

  /** Parses, runs in the environment that Flink's client has set up, and prints the result. */
  static void run(String[] args) throws Exception {
    GivenText.check(List.of(args));
    CommandLine command = new CommandLine(new SnapshotJobCommand());
    UsageErrors.collect(command);
    CommandLine.ParseResult parsed;
    try {
      parsed = command.parseArgs(args);
      UsageErrors errors = UsageErrors.of(parsed);
      command.<SnapshotJobCommand>getCommand().check(errors.values());
      errors.check();
    } catch (CommandLine.ParameterException e) {
      throw new InvalidRequestException(
          OptionHints.in(String.valueOf(e.getMessage())) + "\nSee --help.", e);
    }
    if (CommandLine.printHelpIfRequested(parsed)) {
      return;
    }
    SnapshotJobCommand job = command.getCommand();
    AnnouncedVersion result;
    try {
      result = job.call();
    } catch (ShardyfusionException e) {
      // Flink's client reports it; only here the options are known that it advises to use.
      String message = String.valueOf(e.getMessage());
      if (!OptionHints.in(message).equals(message)) {
        System.err.println(OptionHints.in(message));
      }
      throw e;
    }
    if (result != null) {
      byte[] line = (new ObjectMapper().writeValueAsString(result) + "\n").getBytes(UTF_8);
      System.out.write(line, 0, line.length);
      System.out.flush();
    }
  }

  private void check(ValueErrors errors) {
    StoreOptions store = s3.toStoreOptions(errors);
    options.toConfig(dataset, store, errors);
    if (!dataset.isEmpty()) {
      errors.check(() -> ObjectStores.open(dataset, store).close());
    }
  }

  /** The result of a backfill; null for a continuous job, which prints nothing. */
  @Override
  public @Nullable AnnouncedVersion call() {
    SnapshotJobConfig config = options.toConfig(dataset, s3.toStoreOptions());
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    if (config.continuous() == null) {
      return SnapshotJob.run(environment, config, progress -> {});
    }
    SnapshotJob.submitContinuous(environment, config);
    return null;
  }
}
