package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.bytes;
import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.key.KeyEncoding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AsyncLookupTest {

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @Test
  void answersAsTheOthersDo() {
    try (ShardedReader reader = open(TestDataset.ofLongs(directory, 4, 1000))) {
      List<CompletableFuture<byte[]>> futures = new ArrayList<>();
      for (long key = 0; key < 1000; key++) {
        futures.add(reader.getAsync(key));
      }
      for (long key = 0; key < 1000; key++) {
        assertThat(futures.get((int) key).join()).isEqualTo(value("v1", key));
      }
      assertThat(reader.getAsync(1000L).join()).isNull();
      List<Long> keys = LongStream.range(0, 1500).boxed().toList();
      CompletableFuture<Map<Long, byte[]>> many = reader.multiGetAsync(keys);
      assertThat(new ArrayList<>(many.join().keySet())).isEqualTo(keys.subList(0, 1000));
    }
  }

  @Test
  void textAndBytesAreKeysToo() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.UTF8, 2);
    dataset.publish(Stream.of("a"), key -> value("v1", key));
    try (ShardedReader reader = open(dataset)) {
      assertThat(reader.getAsync("a").join()).isEqualTo(value("v1", "a"));
      assertThatThrownBy(() -> reader.getAsync(1L).get())
          .hasCauseInstanceOf(InvalidRequestException.class);
    }
    TestDataset raw = new TestDataset(directory.resolve("raw"), KeyEncoding.RAW, 2);
    raw.publish(Stream.of(bytes("a")), key -> value("v1", "a"));
    try (ShardedReader reader = open(raw)) {
      byte[] key = bytes("a");
      CompletableFuture<byte[]> found = reader.getAsync(key);
      key[0] = 'z';
      assertThat(found.join()).isEqualTo(value("v1", "a"));
    }
  }

  @Test
  void whatIsAddedToTheCollectionLaterIsNotLookedUp() {
    try (ShardedReader reader = open(TestDataset.ofLongs(directory, 2, 10))) {
      List<Long> keys = new ArrayList<>(List.of(1L, 2L));
      CompletableFuture<Map<Long, byte[]>> found = reader.multiGetAsync(keys);
      keys.clear();
      assertThat(found.join()).hasSize(2);
    }
  }

  @Test
  void aFailureIsTheFuturesAndNotRemembered() {
    ProbedStore store = new ProbedStore(TestDataset.ofLongs(directory, 1, 10).store());
    store.beforeDownload(
        key -> {
          throw new StorageException("unreachable");
        });
    try (ShardedReader reader = open(store)) {
      assertThatThrownBy(() -> reader.getAsync(1L).get())
          .hasCauseInstanceOf(StorageException.class);
      store.beforeDownload(key -> {});
      assertThat(reader.getAsync(1L).join()).isNotNull();
    }
  }

  @Test
  void closingFailsThoseThatRunAndThoseThatWait() throws Exception {
    ProbedStore store = new ProbedStore(TestDataset.ofLongs(directory, 4, 100).store());
    CountDownLatch downloading = new CountDownLatch(1);
    store.beforeDownload(
        key -> {
          downloading.countDown();
          try {
            new CountDownLatch(1).await(30, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted", e);
          }
        });
    ShardedReader reader = open(store);
    List<CompletableFuture<?>> futures = new ArrayList<>();
    for (long key = 0; key < 100; key++) {
      futures.add(reader.getAsync(key));
      futures.add(reader.multiGetAsync(List.of(key, key + 1)));
    }
    downloading.await();
    reader.close();
    for (CompletableFuture<?> future : futures) {
      assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ClosedException.class);
    }
    assertThatThrownBy(() -> reader.getAsync(1L).get()).hasCauseInstanceOf(ClosedException.class);
  }

  @Test
  void aReaderMayBeClosedByWhatALookupLeadsTo() {
    ShardedReader reader = open(TestDataset.ofLongs(directory, 2, 10));
    reader.getAsync(1L).thenAccept(value -> reader.close()).join();
    assertThatThrownBy(() -> reader.get(1L)).isInstanceOf(ClosedException.class);
  }

  private ShardedReader open(TestDataset dataset) {
    return ShardedReader.open(dataset.options(directory.resolve("cache")));
  }

  private ShardedReader open(ProbedStore store) {
    ReaderOptions options =
        ReaderOptions.builder(directory.resolve("dataset").toUri().toString())
            .cacheDirectory(directory.resolve("cache"))
            .build();
    return ShardedReader.open(options, store);
  }
}
