package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.LimitExceededException;
import io.shardyfusion.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LookupPoolTest {

  private static final int THREADS = 3;

  private final LookupPool pool = new LookupPool(THREADS);

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void everyPartIsDoneOnce() {
    for (int parts : new int[] {0, 1, 2, 3, 4, 1000}) {
      AtomicIntegerArray done = new AtomicIntegerArray(parts);
      pool.forEach(parts, done::incrementAndGet);
      for (int i = 0; i < parts; i++) {
        assertThat(done.get(i)).isEqualTo(1);
      }
    }
  }

  @Test
  void theCallerAndTheIdleThreadsTakePartAtTheSameTime() {
    CyclicBarrier together = new CyclicBarrier(THREADS + 1);
    Set<String> threads = ConcurrentHashMap.newKeySet();
    pool.forEach(
        THREADS + 1,
        i -> {
          threads.add(Thread.currentThread().getName());
          awaitAt(together);
        });
    assertThat(threads).hasSize(THREADS + 1).contains(Thread.currentThread().getName());
    assertThat(threads)
        .filteredOn(name -> name.startsWith("shardyfusion-lookups-"))
        .hasSize(THREADS);
  }

  @Test
  void aRequestEndsWithoutHelpWhereAllThreadsAreBusy() throws Exception {
    CountDownLatch free = occupyAll();
    AtomicInteger done = new AtomicInteger();
    pool.forEach(100, i -> done.incrementAndGet());
    assertThat(done).hasValue(100);
    free.countDown();
  }

  @Test
  void requestsWithinRequestsEnd() {
    AtomicInteger done = new AtomicInteger();
    List<CompletableFuture<Boolean>> requests = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      requests.add(
          pool.submit(
              () -> {
                pool.forEach(20, part -> pool.forEach(5, inner -> done.incrementAndGet()));
                return true;
              }));
    }
    requests.forEach(CompletableFuture::join);
    assertThat(done).hasValue(200 * 20 * 5);
  }

  @Test
  void theFirstFailureIsThrownWhenNoPartIsUnderWayAnyMore() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    CyclicBarrier together = new CyclicBarrier(THREADS + 1);
    assertThatThrownBy(
            () ->
                pool.forEach(
                    1000,
                    i -> {
                      running.incrementAndGet();
                      begun.incrementAndGet();
                      try {
                        awaitAt(together);
                        throw new IllegalArgumentException("part " + i);
                      } finally {
                        running.decrementAndGet();
                      }
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("part ");
    assertThat(running).hasValue(0);
    assertThat(begun).hasValue(THREADS + 1);
  }

  @Test
  void anErrorIsThrownAsItIs() {
    AssertionError error = new AssertionError("no");
    assertThatThrownBy(
            () ->
                pool.forEach(
                    2,
                    i -> {
                      throw error;
                    }))
        .isSameAs(error);
  }

  @Test
  void anInterruptIsKeptAndDoesNotEndARequest() {
    AtomicInteger done = new AtomicInteger();
    Thread.currentThread().interrupt();
    pool.forEach(50, i -> done.incrementAndGet());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).hasValue(50);
  }

  @Test
  void aLookupThatFailsFailsItsFuture() {
    IllegalStateException failure = new IllegalStateException("no");
    CompletableFuture<String> future =
        pool.submit(
            () -> {
              throw failure;
            });
    assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).hasCause(failure);
    assertThat(pool.submit(() -> "fine").join()).isEqualTo("fine");
  }

  @Test
  void tooManyWaitingLookupsAreRefused() throws Exception {
    CountDownLatch free = occupyAll();
    List<CompletableFuture<Integer>> waiting = new ArrayList<>();
    for (int i = 0; i < LookupPool.MAX_WAITING; i++) {
      int number = i;
      waiting.add(pool.submit(() -> number));
    }
    CompletableFuture<Integer> tooMany = pool.submit(() -> -1);
    assertThatThrownBy(tooMany::get)
        .hasCauseInstanceOf(LimitExceededException.class)
        .cause()
        .hasMessageContainingAll("1024 asynchronous lookups", "3 threads", "ask again");
    free.countDown();
    for (int i = 0; i < waiting.size(); i++) {
      assertThat(waiting.get(i).join()).isEqualTo(i);
    }
    assertThat(pool.submit(() -> 1).join()).isEqualTo(1);
  }

  @Test
  void aCancelledLookupIsSpared() throws Exception {
    CountDownLatch free = occupyAll();
    AtomicInteger done = new AtomicInteger();
    CompletableFuture<Integer> cancelled = pool.submit(done::incrementAndGet);
    CompletableFuture<Integer> kept = pool.submit(done::incrementAndGet);
    cancelled.cancel(true);
    free.countDown();
    assertThat(kept.join()).isEqualTo(1);
  }

  @Test
  void closingInterruptsWhatRunsAndFailsWhatWaits() throws Exception {
    CountDownLatch occupied = occupyAll();
    CompletableFuture<Integer> waiting = pool.submit(() -> 1);
    pool.close();
    assertThatThrownBy(waiting::get).hasCauseInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> pool.submit(() -> 1).get()).hasCauseInstanceOf(ClosedException.class);
    AtomicInteger done = new AtomicInteger();
    pool.forEach(10, i -> done.incrementAndGet());
    assertThat(done).hasValue(10);
    pool.close();
    assertThat(occupied.getCount()).as("they were interrupted").isEqualTo(1);
  }

  @Test
  void threadsThatHaveNothingToDoAreFree() {
    for (int round = 0; round < 20; round++) {
      theCallerAndTheIdleThreadsTakePartAtTheSameTime();
      // A helper is counted until it has returned, which may be after the request has.
      Await.until("all threads are idle again", Duration.ofSeconds(10), () -> pool.busy() == 0);
    }
  }

  /** Occupies all threads until the latch is counted down, or they are interrupted. */
  private CountDownLatch occupyAll() throws InterruptedException {
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch occupied = new CountDownLatch(THREADS);
    for (int i = 0; i < THREADS; i++) {
      pool.submit(
          () -> {
            occupied.countDown();
            try {
              return free.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              return false;
            }
          });
    }
    assertThat(occupied.await(30, TimeUnit.SECONDS)).isTrue();
    return free;
  }

  private static void awaitAt(CyclicBarrier barrier) {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
