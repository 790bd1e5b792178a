package io.shardyfusion.writer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ConflictException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.EmptySnapshotException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.bulk.DuplicatePolicy;
import io.shardyfusion.bulk.RowCounts;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.pointer.Order;
import io.shardyfusion.pointer.PointerOperations;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.run.RunLease;
import io.shardyfusion.run.RunStart;
import io.shardyfusion.snapshot.SnapshotVerifier;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotWriterTest {

  private static final byte[] BIG = new byte[10_000];

  @TempDir private Path directory;

  private String dataset;
  private Path local;
  private ObjectStore store;

  @BeforeEach
  void open() {
    dataset = directory.resolve("dataset").toUri().toString();
    local = directory.resolve("local");
    store = ObjectStores.open(dataset, StoreOptions.defaults());
  }

  @AfterEach
  void nothingLocalIsLeft() throws IOException {
    store.close();
    if (Files.exists(local)) {
      try (Stream<Path> left = Files.list(local)) {
        assertThat(left).as("left in the local directory").isEmpty();
      }
    }
  }

  private SnapshotWriterOptions.Builder options() {
    return SnapshotWriterOptions.builder(dataset).shards(4).directory(local);
  }

  private ShardedReader reader() {
    return ShardedReader.open(
        ReaderOptions.builder(dataset)
            .cacheDirectory(directory.resolve("cache"))
            .refreshInterval(Duration.ZERO)
            .build());
  }

  private PublishedSnapshot publish(SnapshotWriterOptions.Builder builder, long... keys) {
    try (SnapshotWriter writer = SnapshotWriter.open(builder.build())) {
      for (long key : keys) {
        writer.put(key, value(key));
      }
      return writer.publish();
    }
  }

  private static byte[] value(long key) {
    return ("value " + key).getBytes(UTF_8);
  }

  private RunRecord run(String id) {
    return new RunRecords(store).find(id).orElseThrow();
  }

  private String onlyRun() throws IOException {
    try (Stream<Path> runs = Files.list(directory.resolve("dataset/runs"))) {
      String file = runs.map(p -> p.getFileName().toString()).toList().get(0);
      return file.substring(0, file.indexOf('.'));
    }
  }

  @Test
  void rowsOfOneThreadArePublishedAndReadBack() {
    PublishedSnapshot published = publish(options().custom(Map.of("source", "a test")), 1, 2, -3);

    assertThat(published.version()).isEqualTo(1);
    assertThat(published.rows()).isEqualTo(new RowCounts(3, 0, 0));
    assertThat(published.stats().rows()).isEqualTo(3);
    assertThat(published.isHeld()).isFalse();
    try (ShardedReader reader = reader()) {
      assertThat(reader.get(-3)).isEqualTo(value(-3));
      assertThat(reader.get(4)).isNull();
    }
    Manifest manifest = new Dataset(store).manifest(published.manifest());
    assertThat(manifest.custom()).containsEntry("source", "a test");
    assertThat(manifest.writer().engine()).isEqualTo("java");
    assertThat(manifest.shards()).hasSize(4);
  }

  @Test
  void theRunRecordTellsWhatTheRunDid() {
    PublishedSnapshot published = publish(options(), 1, 2, 3);

    RunRecord run = run(published.runId());
    assertThat(run.status()).isEqualTo(RunRecord.Status.SUCCEEDED);
    assertThat(run.lastVersion()).isEqualTo(1);
    assertThat(run.counters())
        .containsEntry("rows_read", 3L)
        .containsEntry("rows_written", 3L)
        .containsEntry("duplicates", 0L)
        .containsEntry("new_bytes", published.stats().newBytes());
  }

  @Test
  void ofSeveralRowsOfAKeyTheLastOneWinsAndADeleteTakesBackWhatCameBefore() {
    try (SnapshotWriter writer = SnapshotWriter.open(options().build())) {
      writer.put(1, value(10));
      writer.put(1, value(11));
      writer.put(2, value(20));
      writer.delete(2);
      writer.delete(3);
      writer.put(3, value(30));
      assertThat(writer.publish().rows()).isEqualTo(new RowCounts(2, 1, 2));
    }
    try (ShardedReader reader = reader()) {
      assertThat(reader.get(1)).isEqualTo(value(11));
      assertThat(reader.get(2)).isNull();
      assertThat(reader.get(3)).isEqualTo(value(30));
    }
  }

  @Test
  void keysAreTextAndBytesToo() {
    SnapshotWriterOptions text = options().keyEncoding(KeyEncoding.UTF8).build();
    try (SnapshotWriter writer = SnapshotWriter.open(text)) {
      writer.put("Zürich", value(1));
      writer.put("Genève", value(2));
      writer.delete("Genève");
      writer.publish();
    }
    try (ShardedReader reader = reader()) {
      assertThat(reader.get("Zürich")).isEqualTo(value(1));
      assertThat(reader.get("Genève")).isNull();
    }
    SnapshotWriterOptions bytes = options().keyEncoding(KeyEncoding.RAW).build();
    try (SnapshotWriter writer = SnapshotWriter.open(bytes)) {
      writer.put(new byte[] {-1}, value(1));
      writer.put(Key.of(new byte[] {1}), value(2));
      writer.publish();
    }
    try (ShardedReader reader = reader()) {
      assertThat(reader.get(new byte[] {-1})).isEqualTo(value(1));
    }
  }

  /** Rows of many threads, more than fit in memory, into more ranges than processors. */
  @Test
  void rowsOfManyThreadsAreSpilledAndAllArePublished() throws Exception {
    int threads = 8;
    long each = 500;
    SnapshotWriterOptions options =
        options().shards(9).parallelism(3).sortMemoryBytes(3 << 20).build();
    ExecutorService putters = Executors.newFixedThreadPool(threads);
    try (SnapshotWriter writer = SnapshotWriter.open(options)) {
      List<Future<?>> putting = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        long from = thread * each;
        putting.add(
            putters.submit(
                () -> {
                  for (long key = from; key < from + each; key++) {
                    writer.put(key, big(key));
                  }
                }));
      }
      for (Future<?> done : putting) {
        done.get();
      }
      try (Stream<Path> files = Files.walk(local)) {
        assertThat(files.filter(p -> p.getFileName().toString().startsWith("run-")))
            .as("spilled runs")
            .isNotEmpty();
      }
      assertThat(writer.publish().rows().written()).isEqualTo(threads * each);
    } finally {
      putters.shutdownNow();
    }
    try (ShardedReader reader = reader()) {
      for (long key = 0; key < threads * each; key++) {
        assertThat(reader.get(key)).isEqualTo(big(key));
      }
    }
    Path work = Files.createDirectory(directory.resolve("work"));
    SnapshotVerifier verifier =
        new SnapshotVerifier(
            new Dataset(store), SnapshotVerifier.Depth.ROWS, work, (done, all, bytes) -> {});
    assertThat(verifier.verify("1").problems()).isEmpty();
  }

  private static byte[] big(long key) {
    byte[] value = BIG.clone();
    new Random(key).nextBytes(value);
    return value;
  }

  @Test
  void theSameRowsAreInTheSameShardsAtAnyParallelismAndInAnyOrder() {
    long[] keys = IntStream.range(0, 1000).asLongStream().toArray();
    long[] backwards = IntStream.range(0, 1000).mapToLong(i -> 999 - i).toArray();
    PublishedSnapshot one = publish(options().parallelism(1), keys);
    PublishedSnapshot four = publish(options().parallelism(4), backwards);

    assertThat(shards(four)).isEqualTo(shards(one)).hasSize(4);
  }

  private List<String> shards(PublishedSnapshot snapshot) {
    return new Dataset(store)
        .manifest(snapshot.manifest()).shards().stream()
            .map(
                s -> s.shard() + ": " + s.rows() + " rows from " + s.minKey() + " to " + s.maxKey())
            .toList();
  }

  @Test
  void aSecondRowOfAKeyEndsThePublicationWhereDuplicatesFail() throws IOException {
    SnapshotWriterOptions options = options().duplicates(DuplicatePolicy.FAIL).build();
    try (SnapshotWriter writer = SnapshotWriter.open(options)) {
      writer.put(7, value(1));
      writer.put(7, value(2));
      assertThatThrownBy(writer::publish)
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContaining("the key 7 occurs more than once")
          .hasMessageContaining("nothing was announced");
    }
    assertThat(run(onlyRun()).status()).isEqualTo(RunRecord.Status.FAILED);
    assertThat(new Dataset(store).pointer()).isEmpty();
  }

  @Test
  void aRowThatIsRefusedHarmsNoOther() {
    try (SnapshotWriter writer =
        SnapshotWriter.open(options().parallelism(1).sortMemoryBytes(1 << 20).build())) {
      writer.put(1, value(1));
      assertThatThrownBy(() -> writer.put("text", value(1)))
          .isInstanceOf(InvalidRequestException.class);
      assertThatThrownBy(() -> writer.put(2, new byte[2 << 20]))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("does not fit the sort memory of 1048576 bytes")
          .hasMessageContaining("sortMemoryBytes");
      writer.put(3, value(3));
      assertThat(writer.publish().rows().written()).isEqualTo(2);
    }
    try (ShardedReader reader = reader()) {
      assertThat(reader.get(1)).isEqualTo(value(1));
      assertThat(reader.get(2)).isNull();
      assertThat(reader.get(3)).isEqualTo(value(3));
    }
    // The advice.
    try (SnapshotWriter writer =
        SnapshotWriter.open(options().parallelism(1).sortMemoryBytes(4 << 20).build())) {
      writer.put(2, new byte[2 << 20]);
      assertThat(writer.publish().rows().written()).isEqualTo(1);
    }
  }

  @Test
  void anEmptySnapshotReplacesRowsOnlyWhereThatIsAllowed() {
    assertThat(publish(options()).stats().rows()).as("the first version may be empty").isZero();
    publish(options(), 1);
    assertThatThrownBy(() -> publish(options())).isInstanceOf(EmptySnapshotException.class);
    try (ShardedReader reader = reader()) {
      assertThat(reader.get(1)).isEqualTo(value(1));
    }
    assertThat(publish(options().allowEmpty()).version()).isEqualTo(3);
  }

  @Test
  void aWriterThatWasOvertakenPublishesNothingUnlessItTakesTheDatasetOver() {
    try (SnapshotWriter late = SnapshotWriter.open(options().build());
        SnapshotWriter strong = SnapshotWriter.open(options().takeover().build())) {
      late.put(1, value(1));
      strong.put(2, value(2));
      publish(options(), 3);
      assertThatThrownBy(late::publish).isInstanceOf(ConflictException.class);
      assertThat(strong.publish().version()).isEqualTo(2);
    }
  }

  @Test
  void aVersionIsHeldWhereTheDatasetIsPinned() {
    publish(options(), 1);
    new PointerOperations(store, Clock.systemUTC()).pin(1, new Order(null, "a test")).orThrow();
    assertThat(publish(options(), 2).isHeld()).isTrue();
    try (ShardedReader reader = reader()) {
      assertThat(reader.get(2)).isNull();
    }
  }

  @Test
  void aWriterThatIsClosedPublishesNothingAndItsRunHasFailed() throws IOException {
    SnapshotWriter writer = SnapshotWriter.open(options().build());
    writer.put(1, value(1));
    writer.close();
    writer.close();

    assertThat(run(onlyRun()).status()).isEqualTo(RunRecord.Status.FAILED);
    assertThat(run(onlyRun()).error()).contains("closed before it published");
    assertThatThrownBy(() -> writer.put(1, value(1)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("open another one");
    assertThatThrownBy(writer::publish)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("open another one");
  }

  @Test
  void aWriterPublishesOnce() {
    try (SnapshotWriter writer = SnapshotWriter.open(options().build())) {
      writer.put(1, value(1));
      writer.publish();
      assertThatThrownBy(writer::publish).isInstanceOf(InvalidRequestException.class);
      assertThatThrownBy(() -> writer.put(2, value(2))).isInstanceOf(InvalidRequestException.class);
    }
    assertThat(new Dataset(store).current().version()).isEqualTo(1);
  }

  @Test
  void anInterruptedThreadPublishesNothing() throws IOException {
    try (SnapshotWriter writer = SnapshotWriter.open(options().build())) {
      writer.put(1, value(1));
      Thread.currentThread().interrupt();
      assertThatThrownBy(writer::publish)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("interrupted")
          .hasMessageContaining("nothing was announced");
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    }
    assertThat(new Dataset(store).pointer()).isEmpty();
    assertThat(run(onlyRun()).status()).isEqualTo(RunRecord.Status.FAILED);
  }

  @Test
  void anInterruptAfterTheAnnouncementIsRecordedAsTheSuccessThatItIs() {
    PublishedSnapshot published;
    try (SnapshotWriter writer = SnapshotWriter.open(options().build())) {
      writer.put(1, value(1));
      published = writer.publish();
    }
    RunStart start = new RunStart(published.runId(), RunMode.BATCH, Instant.now(), null, 0, 0);
    try (RunLease lease =
        new RunLease(start, new CountingObjectStore(store), Clock.systemUTC(), false)) {
      Thread.currentThread().interrupt();
      lease.succeeded(1, Map.of());
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    }
    assertThat(run(published.runId()).status()).isEqualTo(RunRecord.Status.SUCCEEDED);
  }

  @Test
  void anInterruptWhileARowIsSpilledRefusesThatRowAndNoOther() {
    SnapshotWriterOptions options = options().parallelism(1).sortMemoryBytes(1 << 20).build();
    try (SnapshotWriter writer = SnapshotWriter.open(options)) {
      Thread.currentThread().interrupt();
      long taken = 0;
      try {
        while (true) {
          writer.put(taken, big(taken));
          taken++;
        }
      } catch (StorageException e) {
        assertThat(e).hasMessageContaining("interrupted").hasMessageContaining("was not");
      }
      assertThat(Thread.interrupted()).isTrue();
      writer.put(taken, big(taken));
      assertThat(writer.publish().rows().written()).isEqualTo(taken + 1);
    }
  }

  @Test
  void aValueThatTheFormatDoesNotAllowIsRefusedAtOnce() {
    try (SnapshotWriter writer =
        SnapshotWriter.open(options().parallelism(1).sortMemoryBytes(80 << 20).build())) {
      assertThatThrownBy(() -> writer.put(1, new byte[(64 << 20) + 1]))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("the value of the key 1 has 67108865 bytes");
      writer.put(2, value(2));
      PublishedSnapshot published = writer.publish();
      assertThat(published.rows().written()).isEqualTo(1);
      assertThat(run(published.runId()).counters()).containsEntry("rows_read", 1L);
    }
  }

  @Test
  void aDirectoryThatIsAFileIsNamedAsTheOptionThatItIs() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> SnapshotWriter.open(options().directory(file).build()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the writer's directory " + file);
  }

  @Test
  void aFailedUploadEndsThePublicationAndLeavesNoFileOpen() throws IOException {
    publish(options(), 1);
    Path files = directory.resolve("dataset/files");
    Files.move(files, directory.resolve("away"));
    Files.createFile(files);
    try (SnapshotWriter writer = SnapshotWriter.open(options().shards(40).build())) {
      for (long key = 0; key < 1000; key++) {
        writer.put(key, value(key));
      }
      assertThatThrownBy(writer::publish).isInstanceOf(StorageException.class);
    }
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      assertThat(open.map(SnapshotWriterTest::target))
          .noneMatch(target -> target.startsWith(local.toString()));
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // Closed meanwhile.
    }
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> SnapshotWriterOptions.builder(dataset).build())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("shards(…)");
    assertThatThrownBy(() -> options().shards(0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> options().parallelism(0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> options().sortMemoryBytes(1000))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> options().sortMemoryBytes(17L << 30))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(
            () -> SnapshotWriter.open(SnapshotWriterOptions.builder("ftp://x").shards(1).build()))
        .isInstanceOf(InvalidRequestException.class);
  }
}
