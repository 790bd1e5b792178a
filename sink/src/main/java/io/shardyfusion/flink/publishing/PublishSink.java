package io.shardyfusion.flink.publishing;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.flink.run.Restarts;
import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.store.ObjectStore;
import java.time.Clock;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The two-phase-commit sink that publishes: its writer, of parallelism 1, assembles and stores the
 * manifest from the reports of all shards; its committer announces it, and keeps the run record.
 */
public final class PublishSink
    implements Sink<SubtaskReport>,
        SupportsCommitter<Committable>,
        SupportsWriterState<SubtaskReport, AssemblerState> {

  private static final long serialVersionUID = 1L;

  private final SinkSettings settings;

  public PublishSink(SinkSettings settings) {
    this.settings = settings;
  }

  @Override
  public StatefulSinkWriter<SubtaskReport, AssemblerState> createWriter(WriterInitContext context) {
    return opened(store -> ManifestAssembler.begin(settings, store, Clock.systemUTC()));
  }

  @Override
  public StatefulSinkWriter<SubtaskReport, AssemblerState> restoreWriter(
      WriterInitContext context, Collection<AssemblerState> recovered) {
    return recovered.isEmpty()
        ? createWriter(context)
        : opened(
            store ->
                ManifestAssembler.restore(
                    settings, store, Clock.systemUTC(), recovered.iterator().next()));
  }

  private interface Opening<T> {
    T with(ObjectStore store);
  }

  /** Makes something with the dataset's store, which is closed again if that fails. */
  private <T> T opened(Opening<T> opening) {
    ObjectStore store = settings.target().open();
    try {
      return opening.with(store);
    } catch (ShardyfusionException e) {
      store.close();
      throw Restarts.unlessPointless(e);
    }
  }

  @Override
  public Committer<Committable> createCommitter(CommitterInitContext context) {
    return opened(
        store ->
            new PublicationCommitter(
                settings,
                store,
                Clock.systemUTC(),
                context.metricGroup(),
                context.getRestoredCheckpointId().isPresent()));
  }

  @Override
  public SimpleVersionedSerializer<Committable> getCommittableSerializer() {
    return new RestoredState<>(new CommittableSerializer());
  }

  @Override
  public SimpleVersionedSerializer<AssemblerState> getWriterStateSerializer() {
    return new RestoredState<>(new AssemblerStateSerializer());
  }
}
