package io.shardyfusion.reader;

import io.shardyfusion.NotFoundException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.reader.cache.KeptPointer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the version that a reader serves from a cache that it cannot write: the one that the
 * pointer in the cache names as current, or the one that the options name. All that is served of it
 * must be there; the store is not asked. For one thread.
 */
final class ReadOnlyStart {

  private static final Logger LOG = LoggerFactory.getLogger(ReadOnlyStart.class);

  private final ReaderOptions options;
  private final PointerWatch watch;
  private final Dataset dataset;
  private final VersionPlanner planner;
  private final SnapshotLoader loader;
  private final FileCache cache;
  private final RefreshStatus status;

  ReadOnlyStart(
      ReaderOptions options,
      PointerWatch watch,
      Dataset dataset,
      VersionPlanner planner,
      SnapshotLoader loader,
      FileCache cache,
      RefreshStatus status) {
    this.options = options;
    this.watch = watch;
    this.dataset = dataset;
    this.planner = planner;
    this.loader = loader;
    this.cache = cache;
    this.status = status;
  }

  /** Loads the version: a snapshot with one pin, the caller's. */
  Snapshot load() {
    KeptPointer kept = watch.kept().orElseThrow(() -> incomplete("no version", "its pointer"));
    PointerEntry entry = wanted(kept.pointer(), options.at());
    requireComplete(entry);
    Snapshot snapshot = loader.load(planner.first(entry));
    status.checkedAt(kept.checkedAt());
    status.fixed("the cache directory " + cache.directory() + " cannot be written");
    LOG.warn(
        "event=opened_read_only dataset={} version={} checked_at={} directory={}",
        options.datasetUri(),
        entry.version(),
        kept.checkedAt(),
        cache.directory());
    return snapshot;
  }

  private PointerEntry wanted(Pointer pointer, @Nullable String at) {
    PointerEntry current = pointer.current();
    if (at == null && current != null) {
      return current;
    }
    return pointer.history().stream()
        .filter(e -> Long.toString(e.version()).equals(at) || e.manifest().object().equals(at))
        .findFirst()
        .orElseThrow(
            () ->
                new NotFoundException(
                    "the dataset "
                        + options.datasetUri()
                        + " has no version "
                        + (at == null ? "to serve" : "or manifest '" + at + "'")
                        + " by the pointer in the cache directory "
                        + cache.directory()
                        + ", which cannot be written; "
                        + remedy()));
  }

  private void requireComplete(PointerEntry entry) {
    String version = "not all of version " + entry.version();
    Path manifest = missing(entry.manifest().sha256(), Limits.MAX_MANIFEST_BYTES);
    if (manifest != null) {
      throw incomplete(version, "the manifest " + manifest);
    }
    List<ShardEntry> served = planner.served(entry);
    List<Path> absent = new ArrayList<>();
    for (ShardEntry shard : served) {
      Path descriptor = missing(shard.descriptor(), Limits.MAX_DESCRIPTOR_BYTES);
      if (descriptor != null) {
        absent.add(descriptor);
        continue;
      }
      cache.missing(dataset.descriptor(shard).files()).stream()
          .map((TableFile file) -> cache.path(file))
          .forEach(absent::add);
    }
    if (!absent.isEmpty()) {
      throw incomplete(
          version,
          absent.size() + " file(s) of " + served.size() + " shards, first " + absent.get(0));
    }
  }

  private @Nullable Path missing(Sha256 document, int maxBytes) {
    return cache.find(document, maxBytes).isPresent() ? null : cache.path(document);
  }

  private StorageException incomplete(String found, String missing) {
    return new StorageException(
        "the cache directory "
            + cache.directory()
            + " cannot be written, and has "
            + found
            + " of "
            + options.datasetUri()
            + ": missing is "
            + missing
            + "; "
            + remedy());
  }

  private static String remedy() {
    return "fill it with a reader that may write there, of the same dataset and shards, which is"
        + " opened with eager() and closed; or choose with ReaderOptions.cacheDirectory one that can be written";
  }
}
