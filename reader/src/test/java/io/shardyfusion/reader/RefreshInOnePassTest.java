package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.DocumentCache;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.lifecycle.WorkerThreads;
import io.shardyfusion.reader.cache.BackgroundPruner;
import io.shardyfusion.reader.cache.CacheLimits;
import io.shardyfusion.reader.cache.Downloads;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.shard.ReadTuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A refresh finds out once what it takes, and hands that on. */
class RefreshInOnePassTest {

  private static final int SHARDS = 4;

  @TempDir Path directory;

  private final Map<Sha256, Integer> asked = new ConcurrentHashMap<>();
  private final AtomicInteger measured = new AtomicInteger();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private TestDataset published;
  private Dataset dataset;
  private FileCache cache;
  private ShardOpener opener;
  private VersionPlanner planner;
  private SnapshotLoader loader;
  private OpenVersions versions;
  private Refresher refresher;

  @BeforeEach
  void open() {
    published = TestDataset.ofLongs(directory, SHARDS, 400);
    CacheLimits limits = CacheLimits.defaults().withMaxBytes(1L << 30);
    cache =
        owned(
            FileCache.open(
                directory.resolve("cache"), limits, Clock.systemUTC(), at -> freeBytes()));
    dataset = new Dataset(owned(published.store()), new CountedDocuments());
    ReadResources resources = owned(new ReadResources(1 << 20));
    Downloads downloads = owned(new Downloads(dataset, cache, limits));
    ShardExecutor executor = owned(new ShardExecutor(2));
    ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor();
    opened.add(() -> WorkerThreads.end(background));
    opener = new ShardOpener(dataset, cache, downloads, resources);
    ShardPool pool = new ShardPool(opener, 100);
    ShardChoice choice = new ShardChoice(null, true);
    planner = new VersionPlanner("cities", dataset, choice, pool, executor, cache.capacity());
    LookupMeter meter = new LookupMeter(ReaderMetrics.NONE);
    loader = new SnapshotLoader("cities", pool, executor, cache, downloads, meter);
    versions = owned(new OpenVersions(loader.load(planner.first(dataset.current())), background));
    RefreshStatus status =
        new RefreshStatus(
            HealthLimits.defaults().resolved(Duration.ZERO), Clock.systemUTC(), System::nanoTime);
    Listeners listeners = owned(new Listeners(List.of()));
    refresher =
        owned(
            new Refresher(
                new PointerWatch("cities", dataset, cache, status),
                versions,
                planner,
                loader,
                new WayBack(cache),
                new BackgroundPruner(cache, never -> {}),
                new RefreshEvents(
                    published.options(directory.resolve("cache")), status, listeners)));
  }

  @AfterEach
  void close() {
    for (int i = opened.size() - 1; i >= 0; i--) {
      Cleanup.all(List.of(opened.get(i)));
    }
    Leaks.assertNone(directory);
  }

  @Test
  void readsEachDocumentOnceAndMeasuresTheRoomOnceAlsoWithAWayBack() {
    for (String version : List.of("v2", "v3", "v4")) {
      PointerEntry next =
          published.publish(LongStream.range(0, 400).boxed(), key -> value(version, key));
      asked.clear();
      measured.set(0);
      assertThat(refresher.refresh()).isTrue();
      assertThat(versions.current().get(7L)).isEqualTo(value(version, 7L));
      assertThat(asked).as("documents").hasSize(1 + SHARDS).containsKey(next.manifest().sha256());
      assertThat(asked.values()).as("times that each was read").containsOnly(1);
      // For the plan, and for certain after room was made.
      assertThat(measured).as("measurements of the disk").hasValue(2);
    }
  }

  @Test
  void aFileThatIsDeletedAfterThePlanIsFetchedAllTheSame() throws IOException {
    published.publish(LongStream.range(0, 400).boxed(), key -> value("v2", key));
    PointerEntry entry = dataset.current();
    VersionPlan before = planner.next(entry, versions.current());
    for (ShardDescriptor shard : before.descriptors().values()) {
      shard.files().forEach(file -> cache.fetch(file, dataset, bytes -> {}));
    }
    VersionPlan plan = planner.next(entry, versions.current());
    assertThat(plan.files().missing()).isEmpty();
    Files.delete(cache.path(plan.files().wanted().get(0)));
    try (Snapshot snapshot = loader.load(plan)) {
      assertThat(snapshot.openShards()).hasSize(SHARDS);
      assertThat(plan.files().wanted()).allMatch(cache::has);
    }
  }

  @Test
  void aFileThatIsDeletedBeforeItsShardIsOpenedIsFetchedAgain() throws IOException {
    ShardEntry entry = versions.current().manifest().shards().get(0);
    ShardDescriptor descriptor = dataset.descriptor(entry);
    Files.delete(cache.path(descriptor.files().get(0)));
    try (OpenShard shard = opener.openFetched(descriptor, ReadTuning.DEFAULT)) {
      assertThat(shard.database().descriptor()).isEqualTo(descriptor);
      assertThat(descriptor.files()).allMatch(cache::has);
    }
  }

  private long freeBytes() {
    measured.incrementAndGet();
    return 1L << 40;
  }

  private <T extends AutoCloseable> T owned(T resource) {
    opened.add(resource);
    return resource;
  }

  /** The cache's documents, and how often each was asked for. */
  private final class CountedDocuments implements DocumentCache {

    @Override
    public Optional<byte[]> find(Sha256 sha256, int maxBytes) {
      asked.merge(sha256, 1, Integer::sum);
      return cache.find(sha256, maxBytes);
    }

    @Override
    public void keep(Sha256 sha256, byte[] content) {
      cache.keep(sha256, content);
    }
  }
}
