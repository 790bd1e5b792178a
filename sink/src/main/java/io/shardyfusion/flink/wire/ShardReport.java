package io.shardyfusion.flink.wire;

import io.shardyfusion.bulk.StoredShard;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import java.util.List;

/**
 * The part of a {@link SubtaskReport} that is about one shard.
 *
 * @param entry for the manifest
 * @param changed whether it changed since the report before, or since the state that was restored
 * @param files its table files, where it changed; else none
 */
public record ShardReport(ShardEntry entry, boolean changed, List<ReportedFile> files) {

  /** Copies the files. */
  public ShardReport {
    files = List.copyOf(files);
  }

  /** The report of a shard all of whose files are new. */
  public static ShardReport ofNew(StoredShard shard) {
    return new ShardReport(
        shard.entry(),
        true,
        shard.files().stream().map(f -> new ReportedFile(f.sha256(), f.size(), true)).toList());
  }

  /**
   * A table file of a changed shard.
   *
   * @param sha256 its digest
   * @param size in bytes
   * @param isNew whether the report before did not have it
   */
  public record ReportedFile(Sha256 sha256, long size, boolean isNew) {}
}
