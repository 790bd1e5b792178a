package io.shardyfusion.writer;

import io.shardyfusion.StorageException;
import io.shardyfusion.bulk.BulkBuild;
import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.bulk.RowCounts;
import io.shardyfusion.bulk.StoredShard;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.lifecycle.WorkerThreads;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.temporary.TemporaryDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * All shards of a snapshot, in ranges of about equal length that are sorted and built side by side,
 * and the local directory that they are in. Thread-safe.
 */
final class ShardRanges implements AutoCloseable {

  private final TemporaryDirectory directory;
  private final List<ShardRange> ranges = new ArrayList<>();
  private final int[] rangeOfShard;

  /**
   * Ranges that make their shards in {@code store}, which the caller owns.
   *
   * @throws StorageException if there is no local directory for them
   */
  static ShardRanges open(SnapshotWriterOptions options, ObjectStore store) {
    TemporaryDirectory directory =
        options.directory().map(ShardRanges::createIn).orElseGet(TemporaryDirectory::create);
    ShardRanges opened = new ShardRanges(directory, options.sharding().numShards());
    try {
      opened.addRanges(options, store);
      return opened;
    } catch (Throwable e) {
      Cleanup.afterFailure(e, opened);
      throw e;
    }
  }

  private static TemporaryDirectory createIn(Path directory) {
    try {
      return TemporaryDirectory.createIn(directory);
    } catch (StorageException e) {
      throw new StorageException(
          "the writer's directory " + directory + " cannot be used: " + e.getMessage(), e);
    }
  }

  private ShardRanges(TemporaryDirectory directory, int shards) {
    this.directory = directory;
    this.rangeOfShard = new int[shards];
  }

  private void addRanges(SnapshotWriterOptions options, ObjectStore store) {
    int shards = rangeOfShard.length;
    int parallelism = options.parallelism();
    for (int range = 0; range < parallelism; range++) {
      int from = (int) ((long) shards * range / parallelism);
      int to = (int) ((long) shards * (range + 1) / parallelism);
      for (int shard = from; shard < to; shard++) {
        rangeOfShard[shard] = range;
      }
      ranges.add(
          new ShardRange(
              new BulkBuild.Settings(
                  from,
                  to - from,
                  options.profile(),
                  options.keyEncoding(),
                  options.duplicates() == DuplicatePolicy.FAIL,
                  directory.path().resolve("range-" + range)),
              options.sortMemoryBytes() / parallelism,
              store));
    }
  }

  void add(int shard, long order, byte[] key, byte @Nullable [] value) {
    ranges.get(rangeOfShard[shard]).add(shard, order, key, value);
  }

  /**
   * Builds and uploads every shard. Nothing can be added after. The first failure interrupts the
   * other ranges.
   */
  ShardRange.Built finish() {
    ExecutorService threads =
        Executors.newFixedThreadPool(ranges.size(), WorkerThreads.named("build"));
    try {
      CompletionService<ShardRange.Built> building = new ExecutorCompletionService<>(threads);
      ranges.forEach(range -> building.submit(range::finish));
      RowCounts rows = new RowCounts(0, 0, 0);
      List<StoredShard> shards = new ArrayList<>();
      for (int done = 0; done < ranges.size(); done++) {
        ShardRange.Built built = building.take().get();
        rows = rows.plus(built.rows());
        shards.addAll(built.shards());
      }
      return new ShardRange.Built(rows, shards);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("the build was interrupted; nothing was announced", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new StorageException(
          "the shards could not be built; nothing was announced: " + e.getCause(), e.getCause());
    } finally {
      WorkerThreads.end(threads);
    }
  }

  /** Waits for rows that are being added; deletes what is local. Idempotent. */
  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(ranges);
    all.add(directory);
    Cleanup.all(all);
  }
}
