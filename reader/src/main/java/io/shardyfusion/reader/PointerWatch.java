package io.shardyfusion.reader;

import io.shardyfusion.NotFoundException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerRead;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import org.jspecify.annotations.Nullable;

/**
 * Follows the pointer of a dataset: knows what it said last, and asks only whether that changed.
 * For one thread at a time.
 */
final class PointerWatch {

  private final Dataset dataset;
  private @Nullable PointerState last;

  PointerWatch(Dataset dataset) {
    this.dataset = dataset;
  }

  /**
   * The pointer as it stands: one request, which is a conditional one but for the first.
   *
   * @throws NotFoundException if the dataset has none
   * @throws io.shardyfusion.DataDamagedException if it is no pointer
   * @throws io.shardyfusion.StorageException if it could not be read
   */
  Pointer read() {
    PointerState known = last;
    PointerState now = known == null ? dataset.pointer().orElse(null) : changed(known);
    last = now;
    if (now == null) {
      throw dataset.noSnapshot();
    }
    return now.pointer();
  }

  /**
   * The version to serve.
   *
   * @throws NotFoundException if there is none
   */
  PointerEntry current() {
    PointerEntry current = read().current();
    if (current == null) {
      throw dataset.noSnapshot();
    }
    return current;
  }

  private @Nullable PointerState changed(PointerState known) {
    PointerRead read = dataset.pointerIfChanged(known.tag());
    if (read instanceof PointerRead.Changed changed) {
      return changed.state();
    }
    return read instanceof PointerRead.Unchanged ? known : null;
  }
}
