package io.shardyfusion.cli.cloudcheck;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;

/**
 * The place where a check writes: below a prefix with a random name, where nobody else has
 * anything, so that all of it may be deleted.
 */
final class CheckRoot {

  private static final int ATTEMPTS = 3;
  private static final int SHOWN = 5;

  private final String uri;
  private final StoreOptions options;

  /**
   * A new prefix below {@code parent}; nothing is written.
   *
   * @throws io.shardyfusion.InvalidRequestException if {@code parent} is no URI of a store
   */
  CheckRoot(String parent, StoreOptions options) {
    String above = parent;
    while (above.endsWith("/") && !above.endsWith("//")) {
      above = above.substring(0, above.length() - 1);
    }
    String id = UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    this.uri = above + "/cloud-check-" + id;
    this.options = options;
    open().close();
  }

  /** The URI of the prefix. */
  String uri() {
    return uri;
  }

  StoreOptions options() {
    return options;
  }

  /** The URI of a dataset below the prefix. */
  String uri(String dataset) {
    return uri + "/" + dataset;
  }

  /** All that is below the prefix. The caller closes it. */
  ObjectStore open() {
    return ObjectStores.open(uri, options);
  }

  /** A dataset below the prefix. The caller closes it. */
  ObjectStore open(String dataset) {
    return open(dataset, options);
  }

  /** The same, with other options. The caller closes it. */
  ObjectStore open(String dataset, StoreOptions with) {
    return ObjectStores.open(uri(dataset), with);
  }

  /**
   * Deletes all that is below the prefix.
   *
   * @return how many objects
   * @throws ShardyfusionException if something is left; the message says what
   */
  long delete() {
    long deleted = 0;
    try (ObjectStore store = open()) {
      List<String> keys = keys(store);
      for (int attempt = 0; !keys.isEmpty(); attempt++) {
        if (attempt == ATTEMPTS) {
          throw new StorageException(
              keys.size()
                  + " objects are still listed, the first are "
                  + keys.subList(0, Math.min(SHOWN, keys.size())),
              null);
        }
        store.delete(keys);
        deleted += keys.size();
        keys = keys(store); // Also what a task wrote that did not end at once.
      }
      deleteDirectory(store.root());
    }
    return deleted;
  }

  private static List<String> keys(ObjectStore store) {
    try (Stream<ObjectInfo> objects = store.list("")) {
      return objects.map(ObjectInfo::key).toList();
    }
  }

  /** A local store keeps a directory of its own. */
  private static void deleteDirectory(URI root) {
    if (root.getScheme().equals("file")) {
      try {
        FileUtils.deleteDirectory(Path.of(root).toFile());
      } catch (IOException e) {
        throw new StorageException("could not delete the directory " + root + ": " + e, e);
      }
    }
  }
}
