package io.shardyfusion.reader.cache;

import io.shardyfusion.StorageException;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The capacity of a cache: measures how much space it takes and how much more it may take, and
 * makes room by removing what no live reader needs. Thread-safe.
 */
public final class CacheCapacity {

  private static final Logger LOG = LoggerFactory.getLogger(CacheCapacity.class);

  private final CacheLayout layout;
  private final OptionalLong maxBytes;
  private final Disk disk;
  private final CacheEvictor evictor;

  /**
   * The capacity of the cache in {@code layout}.
   *
   * @param maxBytes the bound of the cache; empty if it has none of its own
   */
  CacheCapacity(CacheLayout layout, OptionalLong maxBytes, Clock clock, Disk disk) {
    this.layout = layout;
    this.maxBytes = maxBytes;
    this.disk = disk;
    this.evictor = new CacheEvictor(layout, maxBytes, clock);
  }

  /** Tells how many bytes can be written to the disk of a directory. */
  public interface Disk {
    long free(Path directory) throws IOException;
  }

  /**
   * Removes what dead processes left; then what no live reader needs, until the cache is within its
   * bound. The second step is skipped while another reader does it.
   *
   * @throws StorageException if the cache could not be listed, or something not deleted
   */
  public void prune() {
    prune(0, 0);
  }

  /**
   * A plan for the files of shards of a version. Reads only the local disk.
   *
   * @param manifest the version's manifest, which counts as held
   * @param shards the shards that are not open yet
   */
  public FetchPlan plan(Sha256 manifest, Collection<ShardDescriptor> shards) {
    List<TableFile> wanted = FileCache.distinct(shards);
    List<TableFile> missing = wanted.stream().filter(f -> !layout.has(f)).toList();
    SpaceEstimate estimate = estimate(Set.of(manifest), missing, wanted);
    return new FetchPlan(wanted, missing, estimate, estimate.refusal(layout.root(), maxBytes));
  }

  /**
   * The estimate of the space for files that are about to be fetched.
   *
   * @param missing the files
   * @param wanted these, and others that will be needed with them
   */
  SpaceEstimate estimate(Collection<TableFile> missing, Collection<TableFile> wanted) {
    return estimate(Set.of(), missing, wanted);
  }

  /**
   * Makes room for files that are about to be fetched, by removing what nobody needs.
   *
   * @param estimate the estimate that was measured for these files
   * @throws StorageException if they do not fit. Then nothing was removed, unless the room that was
   *     made on the disk turned out too small
   */
  void makeRoom(SpaceEstimate estimate) {
    long bytes = estimate.bytes();
    long free = estimate.diskFree();
    if (bytes == 0 || (maxBytes.isEmpty() && bytes + SpaceEstimate.RESERVE <= free)) {
      return;
    }
    String refusal = estimate.refusal(layout.root(), maxBytes);
    if (refusal != null) {
      throw new StorageException(refusal);
    }
    prune(bytes, bytes + SpaceEstimate.RESERVE - free);
    if (bytes + SpaceEstimate.RESERVE > diskFree()) {
      SpaceEstimate left =
          new SpaceEstimate(bytes, estimate.files(), diskFree(), 0, estimate.cacheFree());
      throw new StorageException(
          Objects.requireNonNullElse(left.refusal(layout.root(), maxBytes), "the disk is full"));
    }
  }

  /** The bytes of all cached files and documents, of all readers. Lists them. */
  long usedBytes() {
    try {
      return layout.cached().stream().mapToLong(CacheLayout.CachedFile::bytes).sum();
    } catch (IOException e) {
      throw layout.unusable(layout.root(), e);
    }
  }

  private void prune(long coming, long wanted) {
    OwnDirectory.removeDead(layout.open());
    try (CacheLock lock = CacheLock.tryLock(layout.sweepLock())) {
      if (lock == null) {
        LOG.debug("event=cache_prune_skipped reason=\"another reader is at it\"");
        return;
      }
      evictor.evict(coming, wanted);
    } catch (IOException e) {
      throw layout.unusable(layout.root(), e);
    }
  }

  private SpaceEstimate estimate(
      Set<Sha256> held, Collection<TableFile> missing, Collection<TableFile> wanted) {
    long free = diskFree();
    long bytes = missing.stream().mapToLong(TableFile::size).sum();
    if (maxBytes.isEmpty() && bytes + SpaceEstimate.RESERVE <= free) {
      // There is room without removing anything: the cache need not be listed.
      return new SpaceEstimate(bytes, missing.size(), free, 0, OptionalLong.empty());
    }
    try {
      return SpaceEstimate.measure(layout, maxBytes, free, held, missing, wanted);
    } catch (IOException e) {
      throw layout.unusable(layout.root(), e);
    }
  }

  private long diskFree() {
    try {
      return disk.free(Files.createDirectories(layout.root()));
    } catch (IOException e) {
      throw layout.unusable(layout.root(), e);
    }
  }
}
