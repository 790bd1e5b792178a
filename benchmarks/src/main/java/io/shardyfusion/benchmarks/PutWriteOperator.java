package io.shardyfusion.benchmarks;

import io.shardyfusion.bulk.ShardUploads;
import io.shardyfusion.bulk.StoredShard;
import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.flink.writing.BulkWriteOperator;
import io.shardyfusion.flink.writing.ShardAssignment;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * The other side of a comparison with {@link BulkWriteOperator}: puts every row into the RocksDB of
 * its shard as it comes; at the end of input flushes and compacts one after the other, and uploads
 * them as {@link BulkWriteOperator} does.
 */
final class PutWriteOperator extends AbstractStreamOperator<SubtaskReport>
    implements OneInputStreamOperator<ShardRow, SubtaskReport>, BoundedOneInput {

  private static final long serialVersionUID = 1L;

  private final String dataset;
  private final int numShards;
  private final long writeBufferBytes;

  private transient List<PutShardBuilder> shards = List.of();
  private transient List<ShardReport> reports = List.of();
  private transient int firstShard;
  private transient @Nullable Path directory;
  private transient @Nullable ObjectStore store;
  private transient @Nullable ShardUploads uploads;

  /** An operator whose databases have two write buffers of that size each at most. */
  PutWriteOperator(String dataset, int numShards, long writeBufferBytes) {
    this.dataset = dataset;
    this.numShards = numShards;
    this.writeBufferBytes = writeBufferBytes;
  }

  @Override
  public void open() throws Exception {
    super.open();
    String[] candidates =
        getContainingTask().getEnvironment().getIOManager().getSpillingDirectoriesPaths();
    Path parent = Files.createTempDirectory(Path.of(candidates[0]), "shardyfusion-put-");
    directory = parent;
    store = ObjectStores.open(dataset, StoreOptions.defaults());
    uploads = new ShardUploads(store);
    KeyGroupRange range =
        new ShardAssignment(numShards)
            .shardsOf(
                getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
    firstShard = range.getStartKeyGroup();
    shards = new ArrayList<>();
    reports = new ArrayList<>();
    for (int shard : range) {
      shards.add(
          new PutShardBuilder(
              shard,
              TableProfile.BALANCED,
              parent.resolve(Integer.toString(shard)),
              writeBufferBytes));
    }
  }

  @Override
  public void processElement(StreamRecord<ShardRow> element) throws Exception {
    ShardRow row = element.getValue();
    byte[] value = row.value;
    if (value == null) {
      throw new IllegalArgumentException("the benchmark deletes no rows");
    }
    shards.get(row.shard - firstShard).put(row.key, value);
  }

  @Override
  public void endInput() throws Exception {
    ShardUploads uploading = uploads;
    if (uploading == null) {
      throw new IllegalStateException("the operator is not open");
    }
    for (PutShardBuilder shard : shards) {
      shard.startFlush();
    }
    for (PutShardBuilder shard : shards) {
      uploading.submit(shard::finish, shard, this::stored);
    }
    uploading.finish(this::stored);
    output.collect(
        new StreamRecord<>(
            new SubtaskReport(
                0,
                getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks(),
                true,
                reports,
                SubtaskReport.Rows.NONE,
                uploading.requests())));
  }

  private void stored(StoredShard shard) {
    reports.add(ShardReport.ofNew(shard));
  }

  @Override
  public void close() throws Exception {
    try (AutoCloseable last = super::close;
        AutoCloseable files = this::deleteDirectory;
        ObjectStore closedStore = store;
        ShardUploads closedUploads = uploads) {
      shards.forEach(PutShardBuilder::close);
    }
  }

  private void deleteDirectory() throws Exception {
    if (directory != null) {
      FileUtils.deleteDirectory(directory.toFile());
    }
  }
}
