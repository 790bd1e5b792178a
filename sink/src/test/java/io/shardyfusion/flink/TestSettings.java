package io.shardyfusion.flink;

import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.flink.run.BaseSnapshot;
import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.pointer.Announcement;
import io.shardyfusion.pointer.Predecessor;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.store.StoreOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;

/** Settings of a continuous run, for tests; by default of a fresh one into an empty dataset. */
public record TestSettings(
    String uri,
    int shards,
    String runId,
    String lineage,
    SinkSettings.Start start,
    SinkSettings.Publishing publishing) {

  public static final Instant STARTED = Instant.parse("2026-11-22T10:00:00Z");

  public static TestSettings fresh(String uri, int shards) {
    return new TestSettings(
        uri,
        shards,
        "1".repeat(32),
        "a".repeat(32),
        new SinkSettings.Start(new Predecessor.None(), null, BaseSnapshot.EMPTY, false),
        new SinkSettings.Publishing(Announcement.IfEmpty.REFUSE, Duration.ZERO, 1));
  }

  /** Of another run, whose lineage is its own. */
  public TestSettings run(int id) {
    String name = Integer.toString(id).repeat(32);
    return new TestSettings(uri, shards, name, name, start, publishing);
  }

  public TestSettings ofShards(int number) {
    return new TestSettings(uri, number, runId, lineage, start, publishing);
  }

  public TestSettings takingOver() {
    return with(new SinkSettings.Start(new Predecessor.Any(), start.current(), start.base(), true));
  }

  public TestSettings onTopOf(ManifestRef manifest) {
    return with(
        new SinkSettings.Start(
            new Predecessor.Version(manifest), manifest, BaseSnapshot.CURRENT, start.takeover()));
  }

  public TestSettings allowingEmpty() {
    return with(
        new SinkSettings.Publishing(
            Announcement.IfEmpty.ANNOUNCE,
            publishing.interval(),
            publishing.checkpointsRetained()));
  }

  public TestSettings every(Duration interval) {
    return with(
        new SinkSettings.Publishing(
            publishing.ifEmpty(), interval, publishing.checkpointsRetained()));
  }

  public TestSettings retaining(int checkpoints) {
    return with(
        new SinkSettings.Publishing(publishing.ifEmpty(), publishing.interval(), checkpoints));
  }

  private TestSettings with(SinkSettings.Start other) {
    return new TestSettings(uri, shards, runId, lineage, other, publishing);
  }

  private TestSettings with(SinkSettings.Publishing other) {
    return new TestSettings(uri, shards, runId, lineage, start, other);
  }

  public SinkSettings settings() {
    return new SinkSettings(
        new SinkSettings.Target(uri, StoreOptions.defaults(), WatchedStore::open),
        new SinkSettings.Run(runId, lineage, RunMode.STREAMING, STARTED, 1),
        start,
        new SinkSettings.Content(
            new HashSharding(shards),
            KeyEncoding.I64,
            ValueFormat.BYTES,
            null,
            TableProfile.BALANCED,
            DuplicatePolicy.LAST,
            new TreeMap<>()),
        publishing);
  }
}
