package io.shardyfusion.cluster;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds in what Flink's client printed why a job failed. */
final class JobFailure {

  /** An exception of ours, whose kind gives the exit code, as shardy's does. */
  private static final Pattern OURS =
      Pattern.compile("io\\.shardyfusion\\.(?:\\w+\\.)*(\\w+Exception): (.*)");

  private static final Pattern ANY = Pattern.compile("Caused by: (.*)");

  private static final String NO_SLOTS = "NoResourceAvailableException";

  private JobFailure() {}

  static ClusterException of(String output, Path log) {
    String more = "; all of it: " + log;
    if (output.contains(NO_SLOTS)) {
      return ClusterException.failed(
          "the job found no free slots: other jobs hold them (flink list; flink cancel ID), or it"
              + " needs more than there are (--parallelism)"
              + more);
    }
    Matcher ours = OURS.matcher(output);
    if (ours.find()) {
      String message = "the job failed: " + ours.group(2) + more;
      return switch (ours.group(1)) {
        case "InvalidRequestException" -> ClusterException.usage(message);
        case "NotFoundException" -> ClusterException.notThere(message);
        case "ConflictException" -> ClusterException.conflict(message);
        default -> ClusterException.failed(message);
      };
    }
    String cause = "Flink's client does not say why";
    Matcher any = ANY.matcher(output);
    while (any.find()) {
      cause = any.group(1);
    }
    return ClusterException.failed("the job failed: " + cause + more);
  }
}
