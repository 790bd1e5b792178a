package io.shardyfusion.dataset;

import io.shardyfusion.StorageException;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestParser;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.store.ObjectStore;
import java.util.Set;

/**
 * The write side of a dataset: stores shards and manifests. That is idempotent, and invisible to
 * readers until an {@link io.shardyfusion.pointer.Announcer} announces it. Thread-safe. Does not
 * own the store.
 */
public final class Publisher {

  private final ObjectStore store;

  /** A publisher into the dataset at the root of {@code store}. */
  public Publisher(ObjectStore store) {
    this.store = store;
  }

  /**
   * Uploads a shard's table files, but those in {@code present}, and then its descriptor.
   *
   * @param present digests of table files that the store is known to have
   * @return the shard's entry for a manifest
   * @throws StorageException if something could not be stored
   */
  public ShardEntry store(ShardImage shard, Set<Sha256> present) {
    for (TableFile file : shard.descriptor().files()) {
      if (!present.contains(file.sha256())) {
        store.upload(file.object(), shard.path(file));
      }
    }
    byte[] json = ShardDescriptorParser.toJson(shard.descriptor());
    ShardEntry entry = ShardEntry.of(shard.descriptor(), Sha256.of(json));
    store.write(entry.descriptorObject(), json);
    return entry;
  }

  /**
   * Stores a manifest.
   *
   * @throws StorageException if it could not be stored
   */
  public ManifestRef store(Manifest manifest) {
    byte[] json = ManifestParser.toJson(manifest);
    store.write(manifest.object(), json);
    return new ManifestRef(manifest.object(), Sha256.of(json));
  }
}
