package io.shardyfusion.reader.cache;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestParser;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cached files that live readers need: from the manifests they hold, by the cached descriptors,
 * to the table files. A document that is not cached, or damaged, leads nowhere; what it would have
 * led to is no more needed than it was before anything of it was fetched.
 */
final class Reachable {

  private static final Logger LOG = LoggerFactory.getLogger(Reachable.class);

  private final CacheLayout layout;
  private final Set<Path> paths = new HashSet<>();

  private Reachable(CacheLayout layout) {
    this.layout = layout;
  }

  /** The paths of all that is held now, whether there is a file or not. */
  static Set<Path> now(CacheLayout layout) throws IOException {
    return now(layout, Set.of());
  }

  /** The same, with what these manifests lead to. */
  static Set<Path> now(CacheLayout layout, Set<Sha256> manifests) throws IOException {
    Reachable reachable = new Reachable(layout);
    for (Sha256 manifest : manifests) {
      reachable.addManifest(manifest);
    }
    for (Sha256 manifest : layout.holds()) {
      reachable.addManifest(manifest);
    }
    return reachable.paths;
  }

  private void addManifest(Sha256 sha256) throws IOException {
    Path path = layout.document(sha256);
    if (!paths.add(path)) {
      return;
    }
    Optional<byte[]> content = proved(path, sha256);
    if (content.isEmpty()) {
      return;
    }
    Manifest manifest;
    try {
      manifest = ManifestParser.fromJson(path.toString(), content.get());
    } catch (ShardyfusionException e) {
      LOG.debug("event=cache_document_unknown path={} error=\"{}\"", path, e.toString());
      return;
    }
    for (ShardEntry entry : manifest.shards()) {
      addDescriptor(entry.descriptor());
    }
  }

  private void addDescriptor(Sha256 sha256) throws IOException {
    Path path = layout.document(sha256);
    if (!paths.add(path)) {
      return;
    }
    Optional<byte[]> content = proved(path, sha256);
    if (content.isEmpty()) {
      return;
    }
    try {
      ShardDescriptor shard = ShardDescriptorParser.fromJson(path.toString(), content.get());
      for (TableFile file : shard.files()) {
        paths.add(layout.tableFile(file.sha256()));
      }
    } catch (ShardyfusionException e) {
      LOG.debug("event=cache_document_unknown path={} error=\"{}\"", path, e.toString());
    }
  }

  private static Optional<byte[]> proved(Path path, Sha256 sha256) throws IOException {
    try {
      byte[] content = Files.readAllBytes(path);
      return Sha256.of(content).equals(sha256) ? Optional.of(content) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
