package io.shardyfusion.reader.cache;

import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.reader.cache.CacheLayout.CachedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An estimate of the space for files that are not cached yet: the space that they need, and the
 * space that there would be after everything that nobody needs was removed.
 *
 * @param bytes the size of the files to be fetched
 * @param files the number of files to be fetched
 * @param diskFree bytes that can be written to the disk now
 * @param removable bytes that can be removed from the cache
 * @param cacheFree bytes that the cache may take after that; empty if it has no bound
 */
public record SpaceEstimate(
    long bytes, int files, long diskFree, long removable, OptionalLong cacheFree) {

  /** The bytes of the disk that are kept free for the small files of the databases. */
  static final long RESERVE = 16L << 20;

  /**
   * Measures the space.
   *
   * @param held the manifests of versions that count as held, besides those that are held
   * @param missing the files to be fetched
   * @param wanted the files that are needed with them, and are not to be removed
   */
  static SpaceEstimate measure(
      CacheLayout layout,
      OptionalLong maxBytes,
      long diskFree,
      Set<Sha256> held,
      Collection<TableFile> missing,
      Collection<TableFile> wanted)
      throws IOException {
    Set<Path> needed = new HashSet<>(Reachable.now(layout, held));
    wanted.forEach(f -> needed.add(layout.tableFile(f.sha256())));
    Set<Path> coming = new HashSet<>();
    missing.forEach(f -> coming.add(layout.tableFile(f.sha256())));
    long kept = 0;
    long removable = 0;
    for (CachedFile file : layout.cached()) {
      if (coming.contains(file.path())) {
        continue; // Of the wrong size, and about to be replaced.
      }
      if (needed.contains(file.path())) {
        kept += file.bytes();
      } else {
        removable += file.bytes();
      }
    }
    long keptBytes = kept;
    OptionalLong free =
        maxBytes.isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(Math.max(0, maxBytes.getAsLong() - keptBytes));
    long bytes = missing.stream().mapToLong(TableFile::size).sum();
    return new SpaceEstimate(bytes, missing.size(), diskFree, removable, free);
  }

  /** Says why the files do not fit and what to do, or returns null if they fit. */
  @Nullable String refusal(Path cache, OptionalLong maxBytes) {
    if (bytes == 0) {
      return null;
    }
    String need =
        bytes + " bytes in " + files + " file(s) are to be fetched into the local cache " + cache;
    if (cacheFree.isPresent() && bytes > cacheFree.getAsLong()) {
      return need
          + ", but of its bound of "
          + maxBytes.getAsLong()
          + " bytes (CacheLimits.maxBytes) only "
          + cacheFree.getAsLong()
          + " are not needed by versions in use; raise the bound, or close readers and views of"
          + " other versions";
    }
    if (bytes + RESERVE > diskFree + removable) {
      return need
          + ", but its disk has "
          + diskFree
          + " bytes free, the cache could give back "
          + removable
          + ", and "
          + RESERVE
          + " are kept free; free some space, or choose another with ReaderOptions.cacheDirectory";
    }
    return null;
  }
}
