package io.shardyfusion.benchmarks;

import io.shardyfusion.cli.measuring.GeneratedDataset;
import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** The end of the job that has {@link PutWriteOperator}: stores the manifest and announces it. */
final class PutPublishOperator extends AbstractStreamOperator<SubtaskReport>
    implements OneInputStreamOperator<SubtaskReport, SubtaskReport>, BoundedOneInput {

  private static final long serialVersionUID = 1L;

  private final String dataset;
  private final long rows;

  private transient List<ShardEntry> shards = List.of();

  /** An operator that publishes a dataset of so many rows. */
  PutPublishOperator(String dataset, long rows) {
    this.dataset = dataset;
    this.rows = rows;
  }

  @Override
  public void open() throws Exception {
    super.open();
    shards = new ArrayList<>();
  }

  @Override
  public void processElement(StreamRecord<SubtaskReport> element) {
    element.getValue().shards().stream().map(ShardReport::entry).forEach(shards::add);
  }

  @Override
  public void endInput() {
    shards.sort(Comparator.comparingInt(ShardEntry::shard));
    try (ObjectStore store = ObjectStores.open(dataset, StoreOptions.defaults())) {
      GeneratedDataset.publish(store, new HashSharding(shards.size()), rows, shards);
    }
  }
}
