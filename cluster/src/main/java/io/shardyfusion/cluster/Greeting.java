package io.shardyfusion.cluster;

import io.shardyfusion.cluster.flink.FlinkSettings;
import java.nio.file.Path;
import java.util.Locale;

/** The text about a cluster that is up: what is where, and what to try next. */
final class Greeting {

  private Greeting() {}

  static String of(ClusterDirectory directory, ClusterState state, String program) {
    String dir = dir(directory);
    String shardy = word(Path.of(program).resolveSibling("shardy"));
    String cluster = word(Path.of(program));
    String dataset =
        "-d s3://"
            + ClusterFiles.DATASETS
            + "/cities --s3-endpoint "
            + state.s3Endpoint()
            + " --s3-path-style";
    return String.format(
        Locale.ROOT,
        """
        The cluster is up, with Flink %s (%s):

          Flink's web UI  %s  1 JobManager, %d TaskManagers
          S3 server       %s  buckets: %s
          files           %s: conf, log, s3

        For your shell, and whatever else uses the S3 server:

          export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_REGION=%s

        Try next:

          %s run%s    # the sample cities, as a backfill
          %s get 2988507 %s
          %s run%s --detached --mode streaming -d s3://%s/changes --input DIR --key id --shards 8
          %s flink%s list
          %s status%s
          %s down%s
        """,
        FlinkSettings.version(),
        state.flink(),
        state.restUrl(),
        state.options().taskManagers(),
        state.s3Endpoint(),
        String.join(", ", state.buckets()),
        directory.root(),
        Credentials.ACCESS_KEY,
        Credentials.SECRET_KEY,
        Credentials.REGION,
        cluster,
        dir,
        shardy,
        dataset,
        cluster,
        dir,
        ClusterFiles.DATASETS,
        cluster,
        dir,
        cluster,
        dir,
        cluster,
        dir);
  }

  /** The call, for a shell, that cancels a job. */
  static String cancel(ClusterDirectory directory, String program, String jobId) {
    return word(Path.of(program)) + " flink" + dir(directory) + " cancel " + jobId;
  }

  private static String dir(ClusterDirectory directory) {
    return directory.equals(ClusterDirectory.standard()) ? "" : " --dir " + word(directory.root());
  }

  /** A word of a shell's command line. */
  private static String word(Path path) {
    String word = path.toString();
    return word.matches("[A-Za-z0-9_./~+:@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
