package io.shardyfusion.shard;

import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.TableFile;
import java.nio.file.Path;

/**
 * A shard's database at rest in a local directory, described but not yet stored.
 *
 * @param descriptor what the shard holds
 * @param directory holds every file that the descriptor names, under its name
 */
public record ShardImage(ShardDescriptor descriptor, Path directory) {

  /** The path of a table file. */
  public Path path(TableFile file) {
    return directory.resolve(file.name());
  }
}
