package io.shardyfusion.reader.cache;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for cached files that are not what they were when they were fetched, and fetches them
 * again. Reads slowly, so that lookups keep the disk.
 */
public final class Scrub {

  private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);

  /** The rate of reading: an hour for 56 GiB. */
  private static final long BYTES_PER_SECOND = 16L << 20;

  private final FileCache cache;
  private final Downloads downloads;
  private final BandwidthLimiter bandwidth;

  public Scrub(FileCache cache, Downloads downloads) {
    this(cache, downloads, BandwidthLimiter.of(OptionalLong.of(BYTES_PER_SECOND)));
  }

  public Scrub(FileCache cache, Downloads downloads, BandwidthLimiter bandwidth) {
    this.cache = cache;
    this.downloads = downloads;
    this.bandwidth = bandwidth;
  }

  /**
   * Proves the cached files of {@code shards}; a file that is not cached is passed over.
   *
   * @return the shards that had a damaged file: their open databases still read it, and are to be
   *     opened anew. Where the store did not answer, that fetches what is missing
   * @throws io.shardyfusion.StorageException if the local disk cannot be read, or the thread is
   *     interrupted
   */
  public List<ShardDescriptor> run(Collection<ShardDescriptor> shards) {
    Map<TableFile, Boolean> damage = new HashMap<>();
    List<ShardDescriptor> damaged = new ArrayList<>();
    for (ShardDescriptor shard : shards) {
      boolean found = false;
      for (TableFile file : shard.files()) {
        found |= damage.computeIfAbsent(file, this::isDamaged);
      }
      if (found) {
        damaged.add(shard);
      }
    }
    if (!damaged.isEmpty()) {
      fetchAgain(damaged);
    }
    return damaged;
  }

  private boolean isDamaged(TableFile file) {
    boolean damaged = cache.has(file) && cache.evictIfDamaged(file, bandwidth::take);
    if (damaged) {
      LOG.warn("event=cache_scrub_evicted object={} bytes={}", file.object(), file.size());
    }
    return damaged;
  }

  private void fetchAgain(List<ShardDescriptor> damaged) {
    try {
      downloads.fetch(damaged);
    } catch (ShardyfusionException e) {
      LOG.warn("event=cache_scrub_repair_failed error=\"{}\"", e.toString());
    }
  }
}
