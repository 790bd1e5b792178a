package io.shardyfusion.dataset;

import io.shardyfusion.format.Sha256;
import java.util.Optional;

/**
 * Keeps copies of immutable documents, manifests and shard descriptors, by their digests. A {@link
 * Dataset} proves what it finds here, so a cache may lose or damage copies, but never deceive.
 * Implementations are thread-safe.
 */
public interface DocumentCache {

  /** Keeps nothing. */
  DocumentCache NONE =
      new DocumentCache() {
        @Override
        public Optional<byte[]> find(Sha256 sha256, int maxBytes) {
          return Optional.empty();
        }

        @Override
        public void keep(Sha256 sha256, byte[] content) {}
      };

  /**
   * The copy that was kept for {@code sha256}, or empty.
   *
   * @param maxBytes a larger copy is damaged, and as good as none
   * @throws io.shardyfusion.StorageException if there is one that could not be read
   */
  Optional<byte[]> find(Sha256 sha256, int maxBytes);

  /**
   * Keeps a copy of {@code content}, whose digest the caller has proved to be {@code sha256};
   * replaces an older one.
   *
   * @throws io.shardyfusion.StorageException if it could not be written
   */
  void keep(Sha256 sha256, byte[] content);
}
