package io.shardyfusion.flink.writing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.flink.Snapshots;
import io.shardyfusion.flink.TestPublisher;
import io.shardyfusion.flink.TestSettings;
import io.shardyfusion.flink.WatchedStore;
import io.shardyfusion.flink.wire.ShardReport;
import io.shardyfusion.flink.wire.SubtaskReport;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ShardWriteOperatorTest {

  private static final int SHARDS = 5;
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path directory;

  private String uri;
  private TestSettings settings;
  private ObjectStore store;
  private Dataset dataset;

  /** The content of every shard, as it was reported last. */
  private final Map<Integer, ShardEntry> reported = new TreeMap<>();

  private int reads;

  @BeforeEach
  void open() {
    uri = directory.resolve("dataset").toUri().toString();
    settings = TestSettings.fresh(uri, SHARDS);
    store = ObjectStores.open(uri, StoreOptions.defaults());
    dataset = new Dataset(store);
  }

  @AfterEach
  void nothingIsLeft() {
    WatchedStore.unwatch(uri);
    store.close();
    Await.until("the operator's threads end", SOON, () -> threads().isEmpty());
  }

  @Test
  void theReportGoesAheadOfTheBarrierAndHoldsExactlyTheShardsThatChanged() throws Exception {
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      for (long key = 0; key < 100; key++) {
        subtask.put(key, "first " + key);
      }
      assertThat(subtask.reports()).isEmpty();
      subtask.beforeBarrier(1);
      SubtaskReport first = subtask.report();
      WriteSubtask.finished(subtask.snapshot(1));
      assertThat(subtask.reports()).isEmpty();
      assertThat(first.checkpoint()).isEqualTo(1);
      assertThat(first.isLast()).isFalse();
      assertThat(first.rows().records()).isEqualTo(100);
      assertThat(shardsOf(first)).containsExactly(0, 1, 2, 3, 4);
      assertThat(first.shards()).allMatch(ShardReport::changed);

      subtask.put(7, "second");
      subtask.delete(8);
      subtask.checkpoint(2);
      SubtaskReport second = subtask.report();
      HashSharding sharding = new HashSharding(SHARDS);
      assertThat(Set.copyOf(shardsOf(second)))
          .isEqualTo(
              Stream.of(sharding.shardOf(7L), sharding.shardOf(8L)).collect(Collectors.toSet()));
      assertThat(second.rows().records()).isEqualTo(2);
      assertThat(second.rows().deletes()).isEqualTo(1);
      for (ShardReport shard : second.shards()) {
        assertThat(shard.files().stream().filter(f -> f.isNew()).count()).isEqualTo(1);
      }
      note(first, second);
      assertThat(rows()).hasSize(99).containsEntry(7L, "second").doesNotContainKey(8L);
    }
  }

  @Test
  void anEmptyCheckpointReportsAndUploadsNothing() throws Exception {
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      subtask.put(1, "one");
      subtask.checkpoint(1);
      subtask.reports();
      Set<String> before = objects();
      WatchedStore.watch(
          uri,
          key -> {
            throw new AssertionError("wrote " + key);
          });

      subtask.checkpoint(2);
      SubtaskReport report = subtask.report();

      assertThat(report.checkpoint()).isEqualTo(2);
      assertThat(report.shards()).isEmpty();
      assertThat(report.rows().records()).isZero();
      assertThat(objects()).isEqualTo(before);
      assertThat(images(subtask)).isEmpty();
    }
  }

  @Test
  void aSubtaskWithoutDataReportsEmptyShardsFromWhichItIsRestored() throws Exception {
    OperatorSubtaskState state;
    try (WriteSubtask subtask = new WriteSubtask(settings.settings(), directory, 1, 3).begin()) {
      state = subtask.checkpoint(1);
      SubtaskReport report = subtask.report();
      assertThat(report.subtask()).isEqualTo(1);
      assertThat(report.subtasks()).isEqualTo(3);
      assertThat(shardsOf(report)).containsExactly(2, 3);
      assertThat(report.shards()).allMatch(s -> s.entry().files() == 0 && !s.changed());
    }
    try (WriteSubtask subtask =
        new WriteSubtask(settings.settings(), directory, 1, 3).restore(1, state)) {
      subtask.checkpoint(2);
      SubtaskReport report = subtask.report();
      assertThat(shardsOf(report)).containsExactly(2, 3);
      assertThat(report.shards()).noneMatch(ShardReport::changed);
    }
  }

  @Test
  void recordsFlowWhileACheckpointWaitsForASlowStore() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      subtask.put(1, "before");
      WatchedStore.watch(
          uri,
          key -> {
            arrived.countDown();
            await(gate);
          });
      OperatorSnapshotFutures futures = subtask.barrier(1);
      note(subtask.report());
      CompletableFuture<OperatorSubtaskState> snapshot = finish(futures);
      arrived.await();

      for (int i = 0; i < 10_000; i++) {
        subtask.put(i, "after");
      }
      assertThat(snapshot).isNotDone();
      assertThat(objects()).isEmpty();

      gate.countDown();
      snapshot.get(30, TimeUnit.SECONDS);
      assertThat(rows()).containsExactly(Map.entry(1L, "before"));
      assertThat(images(subtask)).isEmpty();
    }
  }

  @Test
  void anUploadThatFailsFailsItsCheckpointAndIsMadeAgainForTheNext() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      subtask.put(1, "one");
      WatchedStore.watch(
          uri,
          key -> {
            if (broken.get() && key.endsWith(".sst")) {
              throw new StorageException("injected: " + key, null);
            }
          });
      OperatorSnapshotFutures futures = subtask.barrier(1);
      assertThatThrownBy(() -> WriteSubtask.finished(futures))
          .isInstanceOf(ExecutionException.class)
          .hasStackTraceContaining("injected: files/");
      futures.cancel();
      broken.set(false);

      subtask.checkpoint(2);

      List<SubtaskReport> reports = subtask.reports();
      assertThat(reports.get(1).shards()).isEmpty();
      note(reports.toArray(SubtaskReport[]::new));
      assertThat(rows()).containsExactly(Map.entry(1L, "one"));
      assertThat(images(subtask)).isEmpty();
    }
  }

  @Test
  void anUploadThatFailsFailsTheTaskWithItsCauseWhereNoFailedCheckpointIsTolerated()
      throws Exception {
    try (WriteSubtask subtask =
        new WriteSubtask(
                settings.settings(), directory, 0, 1, ShardWriteOperator.FailedUpload.FAILS_TASK)
            .begin()) {
      subtask.expectExternalFailure();
      subtask.put(1, "one");
      WatchedStore.watch(
          uri,
          key -> {
            throw new StorageException("injected", null);
          });
      OperatorSnapshotFutures futures = subtask.barrier(1);
      CompletableFuture<?> snapshot =
          CompletableFuture.runAsync(futures.getKeyedStateManagedFuture());

      Await.until("the failure", SOON, () -> subtask.externalFailure().isPresent());

      assertThat(subtask.externalFailure().orElseThrow())
          .isInstanceOf(StorageException.class)
          .hasMessage("injected");
      assertThat(snapshot).isNotDone(); // So Flink is not told that the checkpoint failed first.
      subtask.cancel();
      snapshot.get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThatThrownBy(() -> futures.getKeyedStateManagedFuture().get())
          .hasStackTraceContaining("injected");
    }
  }

  @Test
  void whatAnAbortedCheckpointNamedIsStoredBeforeTheNextCompletes() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      for (long key = 0; key < 50; key++) {
        subtask.put(key, "first");
      }
      WatchedStore.watch(uri, key -> await(gate));
      OperatorSnapshotFutures aborted = subtask.barrier(1);
      CompletableFuture<OperatorSubtaskState> first = finish(aborted);
      SubtaskReport named = subtask.report();
      aborted.cancel();
      assertFails(first);

      subtask.put(1, "second");
      CompletableFuture<OperatorSubtaskState> second = finish(subtask.barrier(2));
      assertThat(second).isNotDone();
      gate.countDown();
      second.get(30, TimeUnit.SECONDS);

      for (ShardReport shard : named.shards()) {
        for (TableFile file : dataset.descriptor(shard.entry()).files()) {
          assertThat(store.stat(file.object())).isPresent();
        }
      }
      note(named);
      assertThat(rows()).hasSize(50).containsEntry(1L, "first");
      note(subtask.report());
      assertThat(rows()).hasSize(50).containsEntry(1L, "second");
    }
  }

  @Test
  void aRestoredJobGoesOnFromItsCheckpointAtAnyParallelism() throws Exception {
    TreeMap<Long, String> expected = new TreeMap<>();
    List<OperatorSubtaskState> states = List.of();
    int before = 0;
    int checkpoint = 0;
    for (int parallelism : new int[] {4, 2, 3, 5, 1}) {
      List<WriteSubtask> subtasks = new ArrayList<>();
      try {
        for (int i = 0; i < parallelism; i++) {
          WriteSubtask subtask = new WriteSubtask(settings.settings(), directory, i, parallelism);
          subtasks.add(subtask);
          if (before == 0) {
            subtask.begin();
          } else {
            subtask.restore(checkpoint, WriteSubtask.part(states, SHARDS, parallelism, i));
          }
        }
        for (long key = parallelism; key < 200; key += 3) {
          int owner =
              new ShardAssignment(SHARDS)
                  .partition(new HashSharding(SHARDS).shardOf(key), parallelism);
          subtasks.get(owner).put(key, key + " at " + parallelism);
          expected.put(key, key + " at " + parallelism);
        }
        checkpoint++;
        states = new ArrayList<>();
        for (WriteSubtask subtask : subtasks) {
          states.add(subtask.checkpoint(checkpoint));
          // Lost: it is in no checkpoint.
          int shard = subtask.reports().get(0).shards().get(0).entry().shard();
          subtask.put(keyOf(shard), "lost");
          subtask.beforeBarrier(checkpoint + 1);
        }
        before = parallelism;
      } finally {
        for (WriteSubtask subtask : subtasks) {
          subtask.close();
        }
      }
      List<WriteSubtask> checked = new ArrayList<>();
      try {
        reported.clear();
        for (int i = 0; i < parallelism; i++) {
          WriteSubtask subtask = new WriteSubtask(settings.settings(), directory, i, parallelism);
          checked.add(subtask);
          subtask.restore(checkpoint, WriteSubtask.part(states, SHARDS, parallelism, i));
          subtask.checkpoint(checkpoint + 2);
          SubtaskReport report = subtask.report();
          assertThat(report.shards()).noneMatch(ShardReport::changed);
          note(report);
        }
        assertThat(reported).hasSize(SHARDS);
        assertThat(rows()).isEqualTo(expected);
      } finally {
        for (WriteSubtask subtask : checked) {
          subtask.close();
        }
      }
    }
  }

  @Test
  void onlyFilesThatTheRestoredShardDoesNotHaveAreNewAfterARestore() throws Exception {
    OperatorSubtaskState state;
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      for (long key = 0; key < 100; key++) {
        subtask.put(key, "first");
      }
      state = subtask.checkpoint(1);
    }
    Set<String> before = objects();
    try (WriteSubtask subtask =
        new WriteSubtask(settings.settings(), directory, 0, 1).restore(1, state)) {
      subtask.put(1, "second");
      subtask.checkpoint(2);
      SubtaskReport report = subtask.report();

      assertThat(shardsOf(report)).hasSize(SHARDS);
      assertThat(report.shards()).filteredOn(ShardReport::changed).hasSize(1);
      Set<String> added = objects();
      added.removeAll(before);
      assertThat(added).hasSize(2); // a table file and a descriptor
      note(report);
      assertThat(rows()).hasSize(100).containsEntry(1L, "second").containsEntry(2L, "first");
    }
  }

  @Test
  void filesThatWereCleanedUpEndTheRunAndSayWhatToDo() throws Exception {
    OperatorSubtaskState state;
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      subtask.put(1, "one");
      state = subtask.checkpoint(1);
    }
    String file =
        objects().stream().filter(k -> k.startsWith(Layout.FILES)).findFirst().orElseThrow();
    store.delete(List.of(file));

    try (WriteSubtask subtask = new WriteSubtask(settings.settings(), directory, 0, 1)) {
      assertThatThrownBy(() -> subtask.restore(1, state))
          .isInstanceOf(SuppressRestartsException.class)
          .cause()
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContainingAll(file, "cleaned up", "base(CURRENT)", uri);
      subtask.cancel();
      assertThat(subtask.localFiles()).isEmpty();
    }
  }

  @Test
  void aJobBeginsOnTopOfASnapshotWithItsRows() throws Exception {
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      for (long key = 0; key < 100; key++) {
        subtask.put(key, "base");
      }
      subtask.checkpoint(1);
      note(subtask.report());
    }
    TestSettings onTop = settings.onTopOf(TestPublisher.manifest(store, reported.values()));
    try (WriteSubtask subtask = WriteSubtask.begun(onTop.settings(), directory)) {
      subtask.put(5, "new");
      subtask.checkpoint(1);
      SubtaskReport report = subtask.report();
      assertThat(report.shards()).filteredOn(ShardReport::changed).hasSize(1);
      note(report);
      assertThat(rows()).hasSize(100).containsEntry(5L, "new").containsEntry(6L, "base");
    }
  }

  @Test
  void atTheEndOfInputEverythingIsStoredBeforeTheLastReport() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      subtask.put(1, "one");
      subtask.checkpoint(4);
      note(subtask.report());
      subtask.put(1, "two");
      WatchedStore.watch(
          uri,
          key -> {
            arrived.countDown();
            await(gate);
          });
      CompletableFuture<Boolean> watched =
          CompletableFuture.supplyAsync(
              () -> {
                await(arrived);
                boolean none = subtask.peekedReports() == 0;
                gate.countDown();
                return none;
              });
      subtask.endInput();

      assertThat(watched.get(30, TimeUnit.SECONDS)).isTrue();
      SubtaskReport last = subtask.report();
      assertThat(last.isLast()).isTrue();
      assertThat(last.checkpoint()).isEqualTo(5);
      note(last);
      assertThat(rows()).containsExactly(Map.entry(1L, "two"));

      subtask.checkpoint(5);
      assertThat(subtask.reports()).isEmpty();
    }
  }

  @Test
  void anUploadThatFailsAtTheEndOfInputFailsTheJobAndReportsNothing() throws Exception {
    try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
      subtask.put(1, "one");
      WatchedStore.watch(
          uri,
          key -> {
            throw new StorageException("injected", null);
          });
      assertThatThrownBy(subtask::endInput)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("injected");
      assertThat(subtask.reports()).isEmpty();
    }
  }

  @Test
  void closingWhileAnUploadIsBlockedLeavesNothing() throws Exception {
    for (boolean interrupted : new boolean[] {false, true}) {
      CountDownLatch arrived = new CountDownLatch(1);
      try (WriteSubtask subtask = WriteSubtask.begun(settings.settings(), directory)) {
        subtask.put(1, "one");
        WatchedStore.watch(
            uri,
            key -> {
              arrived.countDown();
              await(new CountDownLatch(1));
            });
        CompletableFuture<OperatorSubtaskState> snapshot = finish(subtask.barrier(1));
        arrived.await();
        assertThat(subtask.localFiles()).isNotEmpty();
        assertThat(subtask.reservedBytes()).isPositive();

        // A task that is cancelled is interrupted, and closes its operators then.
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
        subtask.cancel();

        assertThat(Thread.interrupted()).isEqualTo(interrupted);
        assertThat(threads()).isEmpty();
        assertThat(subtask.localFiles()).isEmpty();
        assertThat(subtask.reservedBytes()).isZero();
        assertFails(snapshot);
      }
    }
  }

  private static CompletableFuture<OperatorSubtaskState> finish(OperatorSnapshotFutures futures) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return WriteSubtask.finished(futures);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        task -> new Thread(task, "snapshot").start());
  }

  /**
   * Unlike AssertJ's {@code failsWithin}, which takes a future that never ends for a failed one.
   */
  private static void assertFails(CompletableFuture<?> future) {
    assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
        .isInstanceOfAny(ExecutionException.class, CancellationException.class);
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(1, TimeUnit.MINUTES)) {
        throw new AssertionError("waited for a minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted", e);
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(n -> n.startsWith("shardyfusion-upload") || n.startsWith("shardyfusion-shards"))
        .toList();
  }

  private static List<Path> images(WriteSubtask subtask) throws Exception {
    List<Path> images = new ArrayList<>();
    for (Path parent : subtask.localFiles()) {
      try (Stream<Path> files = Files.list(parent)) {
        files.filter(f -> f.getFileName().toString().startsWith("image-")).forEach(images::add);
      }
    }
    return images;
  }

  private static long keyOf(int shard) {
    HashSharding sharding = new HashSharding(SHARDS);
    long key = 0;
    while (sharding.shardOf(key) != shard) {
      key++;
    }
    return key;
  }

  private static List<Integer> shardsOf(SubtaskReport report) {
    return report.shards().stream().map(s -> s.entry().shard()).toList();
  }

  private void note(SubtaskReport... reports) {
    for (SubtaskReport report : reports) {
      report.shards().forEach(s -> reported.put(s.entry().shard(), s.entry()));
    }
  }

  private Map<Long, String> rows() throws Exception {
    return new Snapshots(dataset, directory.resolve("read-" + reads++))
        .longRows(dataset.manifest(TestPublisher.manifest(store, reported.values())));
  }

  private Set<String> objects() {
    try (Stream<ObjectInfo> objects = store.list("")) {
      return objects.map(ObjectInfo::key).collect(Collectors.toSet());
    }
  }
}
