package io.shardyfusion.reader;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ShardEntry;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The shards that a reader serves, and when they are opened.
 *
 * @param ids of those that are served; null for all
 * @param eager whether they are opened with the version, instead of at their first use
 */
record ShardChoice(@Nullable SortedSet<Integer> ids, boolean eager) {

  /**
   * The shards that are served.
   *
   * @param all of a version, by id
   * @throws InvalidRequestException if one that shall be served does not exist
   */
  List<ShardEntry> served(List<ShardEntry> all, String dataset) {
    if (ids == null) {
      return all;
    }
    if (ids.last() >= all.size()) {
      throw new InvalidRequestException(
          "there is no shard "
              + ids.last()
              + " in "
              + dataset
              + ", which has the shards 0 to "
              + (all.size() - 1)
              + "; correct the shards that this reader is opened for");
    }
    return ids.stream().map(all::get).toList();
  }
}
