package io.shardyfusion.flink.writing;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.lifecycle.WorkerPool;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.shard.ShardWriter;
import io.shardyfusion.shard.WriteResources;
import io.shardyfusion.snapshot.FetchedShard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.flink.runtime.state.KeyGroupRange;

/**
 * The open databases of the shards of one subtask. Used by one thread, which lends them to threads
 * of its own while it waits: opening and checkpointing them is mostly waiting for disks and
 * networks.
 */
final class ShardWriters implements AutoCloseable {

  private final KeyGroupRange range;
  private final TableProfile profile;
  private final Path directory;
  private final WriteResources resources;
  private final WorkerPool threads = new WorkerPool("shards");
  private final ShardWriter[] writers;
  private long images;

  /**
   * None open yet.
   *
   * @param range the ids of the shards
   * @param directory for databases and images; exists, and is empty
   * @param memoryBytes native memory that all of them share
   */
  ShardWriters(KeyGroupRange range, TableProfile profile, Path directory, long memoryBytes) {
    this.range = range;
    this.profile = profile;
    this.directory = directory;
    this.resources =
        new WriteResources(
            memoryBytes, Math.max(1, range.getNumberOfKeyGroups()), WorkerPool.count());
    this.writers = new ShardWriter[range.getNumberOfKeyGroups()];
  }

  /** Opens all shards, empty. */
  void create() {
    List<Callable<ShardWriter>> tasks = new ArrayList<>();
    for (int shard : range) {
      tasks.add(() -> keep(ShardWriter.create(shard, profile, databaseOf(shard), resources)));
    }
    runAll(tasks);
  }

  /**
   * Opens all shards as they are in {@code dataset}, and downloads all their files for that.
   *
   * @param entries one for each shard of the range
   * @return their descriptors, in that order
   * @throws DataDamagedException if a file is missing or damaged
   */
  List<ShardDescriptor> restore(Dataset dataset, List<ShardEntry> entries) {
    List<Callable<ShardDescriptor>> tasks = new ArrayList<>();
    for (ShardEntry entry : entries) {
      tasks.add(() -> restore(dataset, entry));
    }
    return runAll(tasks);
  }

  private ShardDescriptor restore(Dataset dataset, ShardEntry entry) {
    Path downloads = directory.resolve("download-" + entry.shard());
    try (FetchedShard shard = FetchedShard.fetch(dataset, entry, downloads)) {
      keep(
          ShardWriter.open(
              shard.descriptor(), profile, databaseOf(entry.shard()), shard::path, resources));
      return shard.descriptor();
    }
  }

  private ShardWriter keep(ShardWriter writer) {
    synchronized (writers) {
      writers[writer.shard() - range.getStartKeyGroup()] = writer;
    }
    return writer;
  }

  private Path databaseOf(int shard) {
    return directory.resolve("shard-" + shard);
  }

  /** The database of a shard of the range. */
  ShardWriter of(int shard) {
    return writers[shard - range.getStartKeyGroup()];
  }

  /**
   * Flushes and describes the shards that changed.
   *
   * @param all those that did not, too
   * @return an image of each, in the order of the shards; the caller deletes the directories
   */
  List<ShardImage> checkpoint(boolean all) {
    List<Callable<ShardImage>> tasks = new ArrayList<>();
    for (ShardWriter writer : writers) {
      if (all || writer.changed()) {
        Path target = directory.resolve("image-" + images++);
        tasks.add(() -> writer.checkpoint(target));
      }
    }
    return runAll(tasks);
  }

  private <T> List<T> runAll(List<Callable<T>> tasks) {
    List<T> results = new ArrayList<>();
    try {
      for (Future<T> result : threads.executor().invokeAll(tasks)) {
        results.add(result.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while shards were opened or checkpointed", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new StorageException(
          "shards in " + directory + " could not be opened or checkpointed: " + e.getCause(),
          e.getCause());
    }
    return results;
  }

  /**
   * Closes the databases, once no thread uses one. Idempotent. Where a thread does not end, they
   * stay open: a leak is better than a crash.
   */
  @Override
  public void close() {
    threads.close();
    for (ShardWriter writer : writers) {
      if (writer != null) {
        writer.close();
      }
    }
    resources.close();
  }
}
