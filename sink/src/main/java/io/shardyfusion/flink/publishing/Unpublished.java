package io.shardyfusion.flink.publishing;

import io.shardyfusion.format.Sha256;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The changes since the last manifest that was published.
 *
 * @param changed whether a shard changed
 * @param newFiles the size of each table file that the manifest does not have, by shard
 * @param counters what was done
 */
public record Unpublished(
    boolean changed, Map<Integer, Map<Sha256, Long>> newFiles, Map<String, Long> counters) {

  /** No change at all. */
  public static final Unpublished NONE = new Unpublished(false, Map.of(), Map.of());

  /** Copies the maps. */
  public Unpublished {
    TreeMap<Integer, Map<Sha256, Long>> files = new TreeMap<>();
    newFiles.forEach((shard, sizes) -> files.put(shard, Map.copyOf(sizes)));
    newFiles = Collections.unmodifiableMap(files);
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
  }
}
