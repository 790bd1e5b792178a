package io.shardyfusion.dataset;

import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.WriterIdentity;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.store.ObjectStore;
import java.time.Clock;
import java.util.Set;

/**
 * The write side of a dataset: stores shards and manifests, and announces them. Thread-safe. Does not own the store.
 *
 * <p>Storing is idempotent and invisible to readers. Only {@link #announce} changes what they see, by compare-and-set.
 */
public final class Publisher {

  /** A publisher into the dataset at the root of {@code store}. */
  public Publisher(ObjectStore store, Clock clock) {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Uploads a shard's table files, but those in {@code present}, and then its descriptor.
   *
   * @param present digests of table files that the store is known to have
   */
  public StoredShard store(ShardImage shard, Set<Sha256> present) {
    throw new UnsupportedOperationException("not yet");
  }

  /** Stores a manifest. */
  public ManifestRef store(Manifest manifest) {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Gives the manifest a version and makes it the one to serve; under a pin it joins the history as held. A manifest
   * that is in the history already is recognised: its entry is returned and nothing changes. An ambiguous answer of the
   * store is resolved by reading the pointer again.
   *
   * @param base the newest version when the writer began, 0 for none: if another writer has announced since then, the
   *     announcement is refused
   * @throws io.shardyfusion.ConflictException if another writer announced in between; the message says who
   */
  public PointerEntry announce(ManifestRef ref, Manifest manifest, WriterIdentity writer, long base) {
    throw new UnsupportedOperationException("not yet");
  }
}
