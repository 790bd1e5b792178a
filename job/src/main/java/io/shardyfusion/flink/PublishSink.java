package io.shardyfusion.flink;

import io.shardyfusion.store.ObjectStores;
import java.time.Clock;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The two-phase-commit sink that publishes: its writer, of parallelism 1, assembles and stores the
 * manifest from the reports of all shards; its committer announces it.
 */
final class PublishSink implements Sink<ShardReport>, SupportsCommitter<Publication> {

  private static final long serialVersionUID = 1L;

  private final SinkSettings settings;

  PublishSink(SinkSettings settings) {
    this.settings = settings;
  }

  @Override
  public SinkWriter<ShardReport> createWriter(WriterInitContext context) {
    return new ManifestAssembler(
        settings, ObjectStores.open(settings.dataset(), settings.store()), Clock.systemUTC());
  }

  @Override
  public Committer<Publication> createCommitter(CommitterInitContext context) {
    return new PublicationCommitter(
        settings, ObjectStores.open(settings.dataset(), settings.store()), Clock.systemUTC());
  }

  @Override
  public SimpleVersionedSerializer<Publication> getCommittableSerializer() {
    return new PublicationSerializer();
  }
}
