package io.shardyfusion.reader;

import io.shardyfusion.NotFoundException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerRead;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.reader.cache.KeptPointer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the pointer of a dataset: knows what it said last, asks only whether that changed, and
 * keeps what it learns in the local cache. For one thread at a time.
 */
final class PointerWatch {

  private static final Logger LOG = LoggerFactory.getLogger(PointerWatch.class);

  private final String root;
  private final Dataset dataset;
  private final FileCache cache;
  private final RefreshStatus status;
  private @Nullable PointerState last;

  /**
   * A watch that has seen nothing yet.
   *
   * @param root the dataset's one, by which the cache knows it however it is spelled
   */
  PointerWatch(String root, Dataset dataset, FileCache cache, RefreshStatus status) {
    this.root = root;
    this.dataset = dataset;
    this.cache = cache;
    this.status = status;
  }

  /**
   * The pointer as it stands: one request, which is a conditional one but for the first.
   *
   * @throws NotFoundException if the dataset has none
   * @throws io.shardyfusion.DataDamagedException if it is no pointer
   * @throws StorageException if it could not be read
   */
  Pointer read() {
    PointerState known = last;
    PointerState now = known == null ? dataset.pointer().orElse(null) : changed(known);
    last = now;
    if (now == null) {
      throw noSnapshot();
    }
    status.checked();
    keep(now, known);
    return now.pointer();
  }

  /**
   * The version to serve, after a {@link #read}.
   *
   * @throws NotFoundException if there is none
   */
  PointerEntry current() {
    PointerEntry current = read().current();
    if (current == null) {
      throw noSnapshot();
    }
    return current;
  }

  /** The pointer that the local cache has, if it has one. */
  Optional<KeptPointer> kept() {
    return cache.keptPointer(root);
  }

  private void keep(PointerState now, @Nullable PointerState known) {
    try {
      if (now.equals(known)) {
        cache.pointerChecked(root);
      } else {
        cache.keepPointer(root, now.pointer());
      }
    } catch (StorageException e) {
      // Only a start without the store would have needed it.
      LOG.warn("event=pointer_not_kept dataset={} error=\"{}\"", root, e.getMessage());
    }
  }

  /** The exception for a dataset that has no snapshot to serve. */
  NotFoundException noSnapshot() {
    return dataset.noSnapshot();
  }

  private @Nullable PointerState changed(PointerState known) {
    PointerRead read = dataset.pointerIfChanged(known.tag());
    if (read instanceof PointerRead.Changed changed) {
      return changed.state();
    }
    return read instanceof PointerRead.Unchanged ? known : null;
  }
}
