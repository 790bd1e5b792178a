package io.shardyfusion.cli.cloudcheck;

import io.shardyfusion.format.TableFile;
import io.shardyfusion.store.S3Transfers;
import java.util.List;

/**
 * The number of requests that something needs, and may take. They are counted as they are sent, and
 * a cloud refuses one now and then, which is sent again: a hundredth of those that are needed may
 * be, and one always.
 */
final class RequestTargets {

  /** Interval at which a run renews its record, while it lives; one PUT each time. */
  private static final int RENEWAL_SECONDS = 30;

  /** One of so many requests may be repeated. */
  private static final int PER_REPEATED = 100;

  private final S3Transfers transfers;

  /** Those of files that travel so. */
  RequestTargets(S3Transfers transfers) {
    this.transfers = transfers;
  }

  /**
   * That a backfill took no more PUTs than six, one for each shard, those of its table files, and
   * the renewals of its record.
   *
   * @param files of all shards; a shard that has one of a single request makes two PUTs
   * @param seconds that it took
   * @param puts that it took
   */
  TargetResult backfill(int shards, List<TableFile> files, double seconds, long puts) {
    long renewals = (long) (seconds / RENEWAL_SECONDS);
    return atMost(
        "PUTs of a backfill",
        shards + 6 + requests(files, 2, 0),
        renewals,
        " and " + renewals + " that said the run was alive",
        puts);
  }

  /** That no more GETs were made than so many. */
  static TargetResult gets(String name, long needed, long gets) {
    return atMost(name, needed, 0, "", gets);
  }

  private static TargetResult atMost(String name, long needed, long more, String why, long found) {
    long repeated = Math.max(1, (needed + more) / PER_REPEATED);
    return new TargetResult(
        name,
        found
            + " of at most "
            + needed
            + (more > 0 ? why : "")
            + ", or "
            + repeated
            + " more where requests are repeated",
        found <= needed + more + repeated);
  }

  /** The GETs that download those files. */
  long downloads(List<TableFile> files) {
    return requests(files, 1, transfers.thresholdBytes());
  }

  /**
   * The requests that those files travel in: one each, or, of large ones, one for each part.
   *
   * @param more requests of a large one beside its parts
   * @param first how much of a large one is not in parts
   */
  private long requests(List<TableFile> files, int more, long first) {
    return files.stream()
        .mapToLong(TableFile::size)
        .map(
            size ->
                size <= transfers.thresholdBytes()
                    ? 1
                    : more + (size - first + transfers.partBytes() - 1) / transfers.partBytes())
        .sum();
  }
}
