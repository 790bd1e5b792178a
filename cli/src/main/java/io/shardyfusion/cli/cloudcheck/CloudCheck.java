package io.shardyfusion.cli.cloudcheck;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.job.OptionHints;
import io.shardyfusion.job.S3Options;
import io.shardyfusion.job.ValueErrors;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The checklist of a deployment, against any store; what {@code bin/cloud-check} starts. */
@Command(
    name = "cloud-check",
    mixinStandardHelpOptions = true,
    customSynopsis = "bin/cloud-check DATASET_URI [OPTIONS]",
    description =
        "Checks a store, and what a deployment on it can do, in datasets of its own below the URI:"
            + " what the store honours; then for each number of shards a backfill by an embedded"
            + " Flink, a cold get, a prefetch, random gets, refreshes under load, an idle one, and"
            + " every row. Prints one table, with targets and an estimate of the costs, and deletes"
            + " what it wrote. Exit code 3: a target was missed, the storage failed, or what was"
            + " written could not be deleted.")
final class CloudCheck implements Callable<Integer> {

  private static final int MISSED = 3;
  private static final int FULL_ROWS = 1_000_000;
  private static final int QUICK_ROWS = 50_000;
  private static final int FULL_SECONDS = 10;
  private static final int QUICK_SECONDS = 2;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "DATASET_URI",
      description = "Where: s3://bucket/prefix, file:///dir or a local path.")
  private String dataset = "";

  @Option(
      names = "--shards",
      split = ",",
      paramLabel = "N",
      description = "Numbers of shards (default: 8,64,256; quick: 8).")
  private @Nullable List<Integer> shards;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Rows of 108 bytes in each dataset (default: 1 M; quick: 50 000).")
  private @Nullable Long rows;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that look rows up (default: one a core).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long they do without a refresh (default: 10; quick: 2).")
  private @Nullable Integer seconds;

  @Option(names = "--quick", description = "Fewer rows, and 8 shards only: a minute.")
  private boolean quick;

  @Option(names = "--keep", description = "Leaves the datasets there.")
  private boolean keep;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json|jsonl",
      description = "The form of the result (default: ${DEFAULT-VALUE}).")
  private Output output = Output.TABLE;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes the result there, too, as JSON.")
  private @Nullable Path json;

  @Mixin private S3Options s3 = new S3Options();

  @Mixin private MonthlyCost cost = new MonthlyCost();

  /** The forms of the result. */
  private enum Output {
    TABLE,
    JSON,
    JSONL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Adds what is wrong with the values of the options. */
  void check(ValueErrors errors) {
    List<Integer> counts = counts();
    CloudRun.Load load = load();
    if (counts.get(0) < 1
        || load.rows() < 1
        || threads < 1
        || load.seconds() < 1
        || !cost.valid()) {
      errors.add(
          "--shards, --rows, --threads and --seconds must be at least 1, and no number of the"
              + " estimate negative");
    } else {
      errors.check(() -> counts.forEach(HashSharding::new)); // Refuses what is too many.
    }
    if (json != null) {
      requireWritable(json, errors);
    }
    StoreOptions store = s3.toStoreOptions(errors);
    if (!dataset.isEmpty()) {
      errors.check(() -> ObjectStores.open(dataset, store).close());
    }
  }

  private List<Integer> counts() {
    return List.copyOf(
        new TreeSet<>(shards != null ? shards : quick ? List.of(8) : List.of(8, 64, 256)));
  }

  private CloudRun.Load load() {
    return new CloudRun.Load(
        rows != null ? rows : quick ? QUICK_ROWS : FULL_ROWS,
        threads,
        seconds != null ? seconds : quick ? QUICK_SECONDS : FULL_SECONDS);
  }

  /** Does what was {@linkplain #check checked} before. */
  @Override
  public Integer call() throws Exception {
    CheckRoot root = new CheckRoot(dataset, s3.toStoreOptions());
    int code;
    boolean clean = false;
    try (StopHook hook = new StopHook(err())) {
      try {
        code = check(root, counts(), load());
      } catch (IOException e) {
        throw new StorageException("could not use the local disk: " + e, e);
      } finally {
        hook.cleaningUp();
        clean = cleanUp(root);
      }
    }
    return clean ? code : MISSED;
  }

  /** Before an hour's work whose result could not be kept. */
  private static void requireWritable(Path file, ValueErrors errors) {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory) || Files.isDirectory(file)) {
      errors.add("--json must be a file in a directory that exists, found '" + file + "'");
    } else if (!Files.isWritable(Files.exists(file) ? file : directory)) {
      errors.add("--json: '" + file + "' cannot be written: no permission");
    }
  }

  private int check(CheckRoot root, List<Integer> counts, CloudRun.Load load) throws Exception {
    progress("writing below " + root.uri());
    List<TargetResult> found = probe(root);
    Map<Integer, CloudRun> runs = new LinkedHashMap<>();
    if (root.options().allowUnfenced() || found.stream().allMatch(TargetResult::ok)) {
      for (int count : counts) {
        runs.put(count, run(root, load, count));
      }
    }
    CloudReport report = CloudReport.of(dataset, found, runs, cost);
    switch (output) {
      case TABLE -> report.printTable(out());
      case JSON -> report.printJson(out(), true);
      case JSONL -> report.printJson(out(), false);
    }
    if (json != null) {
      report.write(json);
    }
    return report.ok() ? 0 : MISSED;
  }

  private static List<TargetResult> probe(CheckRoot root) throws Exception {
    try (TemporaryDirectory temporary = TemporaryDirectory.create();
        StoreProbe probe = new StoreProbe(root, "store", temporary.path())) {
      return probe.run();
    }
  }

  private CloudRun run(CheckRoot root, CloudRun.Load load, int count) throws InterruptedException {
    CloudRun run = new CloudRun(root, load, this::progress);
    if (run.run(count)) {
      cost.estimate(run.figures());
    }
    return run;
  }

  /** Deletes what is to be deleted, and returns whether nothing of it is left. */
  private boolean cleanUp(CheckRoot root) {
    if (keep) {
      progress("left as they are: the datasets below " + root.uri());
      return true;
    }
    try {
      progress("deleted " + root.delete() + " objects below " + root.uri());
      return true;
    } catch (ShardyfusionException e) {
      progress(
          "could not delete everything below "
              + root.uri()
              + "; delete it yourself: "
              + OptionHints.in(String.valueOf(e.getMessage())));
      return false;
    }
  }

  private void progress(String message) {
    err().println("cloud-check: " + message);
    err().flush();
  }

  private PrintWriter out() {
    return spec().commandLine().getOut();
  }

  private PrintWriter err() {
    return spec().commandLine().getErr();
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    return spec;
  }
}
