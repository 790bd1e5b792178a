package io.shardyfusion.flink;

import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.flink.run.BaseSnapshot;
import io.shardyfusion.flink.run.SinkSettings;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.ManifestWriter;
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
import org.jspecify.annotations.Nullable;

/** Settings of a continuous run, for tests; by default of a fresh one into an empty dataset. */
public record TestSettings(
    String uri,
    int shards,
    String runId,
    String lineage,
    Predecessor predecessor,
    @Nullable ManifestRef parent,
    BaseSnapshot base,
    boolean takeover,
    Announcement.IfEmpty ifEmpty,
    Duration publishInterval,
    int checkpointsRetained) {

  public static final Instant STARTED = Instant.parse("2026-11-22T10:00:00Z");

  public static TestSettings fresh(String uri, int shards) {
    return new TestSettings(
        uri,
        shards,
        "1".repeat(32),
        "a".repeat(32),
        new Predecessor.None(),
        null,
        BaseSnapshot.EMPTY,
        false,
        Announcement.IfEmpty.REFUSE,
        Duration.ZERO,
        1);
  }

  /** Of another run, whose lineage is its own. */
  public TestSettings run(int id) {
    return new TestSettings(
        uri,
        shards,
        Integer.toString(id).repeat(32),
        Integer.toString(id).repeat(32),
        predecessor,
        parent,
        base,
        takeover,
        ifEmpty,
        publishInterval,
        checkpointsRetained);
  }

  public TestSettings ofShards(int number) {
    return new TestSettings(
        uri,
        number,
        runId,
        lineage,
        predecessor,
        parent,
        base,
        takeover,
        ifEmpty,
        publishInterval,
        checkpointsRetained);
  }

  public TestSettings takingOver() {
    return new TestSettings(
        uri,
        shards,
        runId,
        lineage,
        new Predecessor.Any(),
        parent,
        base,
        true,
        ifEmpty,
        publishInterval,
        checkpointsRetained);
  }

  public TestSettings allowingEmpty() {
    return new TestSettings(
        uri,
        shards,
        runId,
        lineage,
        predecessor,
        parent,
        base,
        takeover,
        Announcement.IfEmpty.ANNOUNCE,
        publishInterval,
        checkpointsRetained);
  }

  public TestSettings every(Duration interval) {
    return new TestSettings(
        uri,
        shards,
        runId,
        lineage,
        predecessor,
        parent,
        base,
        takeover,
        ifEmpty,
        interval,
        checkpointsRetained);
  }

  public TestSettings retaining(int checkpoints) {
    return new TestSettings(
        uri,
        shards,
        runId,
        lineage,
        predecessor,
        parent,
        base,
        takeover,
        ifEmpty,
        publishInterval,
        checkpoints);
  }

  public TestSettings onTopOf(ManifestRef manifest) {
    return new TestSettings(
        uri,
        shards,
        runId,
        lineage,
        new Predecessor.Version(manifest),
        manifest,
        BaseSnapshot.CURRENT,
        takeover,
        ifEmpty,
        publishInterval,
        checkpointsRetained);
  }

  public SinkSettings settings() {
    return new SinkSettings(
        uri,
        StoreOptions.defaults(),
        WatchedStore::open,
        runId,
        lineage,
        ManifestWriter.STREAMING,
        STARTED,
        predecessor,
        parent,
        1,
        base,
        takeover,
        ifEmpty,
        publishInterval,
        new HashSharding(shards),
        KeyEncoding.I64,
        ValueFormat.BYTES,
        TableProfile.BALANCED,
        DuplicatePolicy.LAST,
        new TreeMap<>(),
        checkpointsRetained);
  }
}
