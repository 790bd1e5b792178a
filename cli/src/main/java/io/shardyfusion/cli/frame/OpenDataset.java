package io.shardyfusion.cli.frame;

import io.shardyfusion.NotFoundException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.open.ObjectStores;
import org.jspecify.annotations.Nullable;

/**
 * The dataset that the global options name, and the version they choose. Reads the pointer and the
 * manifest, never a table file.
 */
public final class OpenDataset implements AutoCloseable {

  private final ObjectStore store;
  private final Dataset dataset;
  private final @Nullable String at;

  private OpenDataset(ObjectStore store, @Nullable String at) {
    this.store = store;
    this.dataset = new Dataset(store);
    this.at = at;
  }

  public static OpenDataset open(GlobalOptions options) {
    return new OpenDataset(
        ObjectStores.open(options.dataset(), options.storeOptions()), options.at());
  }

  public Dataset dataset() {
    return dataset;
  }

  /**
   * The pointer as it stands.
   *
   * @throws NotFoundException if the dataset has none
   */
  public Pointer pointer() {
    return dataset
        .pointer()
        .orElseThrow(
            () ->
                new NotFoundException(
                    "the dataset "
                        + store.root()
                        + " has no snapshot: nothing was announced there yet; check the URI, or run a job"))
        .pointer();
  }

  /**
   * The entry of the chosen version.
   *
   * @throws NotFoundException if there is no snapshot, or no such version
   */
  public PointerEntry entry() {
    return at == null ? dataset.current() : dataset.resolve(at);
  }

  /** The manifest of the chosen version. */
  public Manifest manifest() {
    return dataset.manifest(entry().manifest());
  }

  @Override
  public void close() {
    store.close();
  }
}
