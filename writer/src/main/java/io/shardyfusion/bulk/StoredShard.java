package io.shardyfusion.bulk;

import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import java.util.List;

/**
 * A shard that is in the store.
 *
 * @param entry for the manifest
 * @param files its table files
 */
public record StoredShard(ShardEntry entry, List<TableFile> files) {

  /** Copies the files. */
  public StoredShard {
    files = List.copyOf(files);
  }
}
