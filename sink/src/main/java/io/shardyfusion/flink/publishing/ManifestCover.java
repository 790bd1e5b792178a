package io.shardyfusion.flink.publishing;

import io.shardyfusion.format.ManifestRef;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * A stored manifest that has the descriptors of all shards as they are now, but for some.
 *
 * @param manifest announced or not
 * @param others the ids of the shards that changed since
 */
public record ManifestCover(ManifestRef manifest, Set<Integer> others) {

  /** Copies the ids. */
  public ManifestCover {
    others = Collections.unmodifiableSet(new TreeSet<>(others));
  }
}
