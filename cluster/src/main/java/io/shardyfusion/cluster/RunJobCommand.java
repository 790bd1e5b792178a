package io.shardyfusion.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.cluster.flink.FlinkSettings;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

@Command(
    name = "run",
    description = {
      "Run the job on the cluster, as flink run does, with the options of shardy run.",
      "Without any: the sample cities, as a backfill to s3://" + ClusterFiles.DATASETS + "/cities.",
      "For a dataset on s3:// it adds what reaches the cluster's S3 server.",
      "Prints the job's result, a JSON object."
    })
final class RunJobCommand extends ClusterCommand {

  /** Exit codes above are those of processes that a signal ended. */
  private static final int SIGNALS = 128;

  private static final int INTERRUPTED = SIGNALS + 2;
  private static final Pattern JOB_ID = Pattern.compile("JobID ([0-9a-f]{32})");

  @Option(
      names = "--detached",
      description = "Return when the job is submitted; for --mode streaming. Prints {\"job_id\"}.")
  private boolean detached;

  @Option(
      names = "--from",
      paramLabel = "PATH",
      description = "A savepoint or retained checkpoint to go on from, flink run -s.")
  private @Nullable String from;

  @Unmatched private List<String> jobOptions = new ArrayList<>();

  /** The id of the job that runs; null before it is submitted. */
  private volatile @Nullable String jobId;

  @Override
  public Integer call() throws Exception {
    ClusterState state = ClusterState.require(directory());
    Path jar = FlinkSettings.root().resolve("job/target/shardyfusion-job.jar");
    if (!Files.isRegularFile(jar)) {
      throw ClusterException.usage("the job's jar " + jar + " is not there; build it: mvn package");
    }
    List<String> words = new ArrayList<>(List.of("run"));
    if (detached) {
      words.add("-d");
    }
    if (from != null) {
      words.addAll(List.of("-s", from));
    }
    words.addAll(List.of("-c", "io.shardyfusion.job.SnapshotJob", jar.toString()));
    words.addAll(completed(state));
    return run(FlinkClient.process(directory(), words));
  }

  /** The job's options, with what is the same for all jobs here. */
  private List<String> completed(ClusterState state) {
    List<String> all = new ArrayList<>(jobOptions);
    if (all.isEmpty()) {
      Path cities = FlinkSettings.root().resolve("src-test-resources/dataset/cities.jsonl.gz");
      all.addAll(List.of("--dataset", "s3://" + ClusterFiles.DATASETS + "/cities"));
      all.addAll(List.of("--input", cities.toString(), "--key", "id", "--shards", "8"));
      all.addAll(List.of("--custom", "source=GeoNames (CC BY 4.0)"));
    }
    if (all.stream().noneMatch(word -> word.startsWith("--s3-endpoint"))) {
      all.addAll(List.of("--s3-endpoint", state.s3Endpoint(), "--s3-path-style"));
    }
    return all;
  }

  private int run(ProcessBuilder builder) throws IOException, InterruptedException {
    Path log = directory().logs().resolve("run.log");
    Thread interrupted = new Thread(this::tellOfTheJob, "tell-of-the-job");
    Runtime.getRuntime().addShutdownHook(interrupted);
    Process client = builder.start();
    try (BufferedReader lines =
            new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
        BufferedWriter copy = Files.newBufferedWriter(log)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        copy.write(line);
        copy.newLine();
        Matcher submitted = JOB_ID.matcher(line);
        if (line.startsWith("{")) {
          System.out.println(line);
        } else if (submitted.find()) {
          jobId = submitted.group(1);
          System.err.println("cluster: job " + jobId + " is submitted");
        }
      }
    }
    int code = client.waitFor();
    if (code > SIGNALS && jobId != null) {
      return code;
    }
    if (!forget(interrupted)) {
      return INTERRUPTED;
    }
    if (code != 0) {
      throw JobFailure.of(Files.readString(log), log);
    }
    if (detached && jobId != null) {
      System.out.println("{\"job_id\":\"" + jobId + "\"}");
    }
    return 0;
  }

  /**
   * Tells the fate of the job when this process, or Flink's client, is interrupted before its end.
   */
  private void tellOfTheJob() {
    String id = jobId;
    if (id != null) {
      System.err.println(
          "cluster: job "
              + id
              + " goes on; cancel it: "
              + Greeting.cancel(directory(), program(), id));
    }
  }

  /** Removes a shutdown hook; false if it is too late, as this process ends. */
  private static boolean forget(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return false;
    }
  }
}
