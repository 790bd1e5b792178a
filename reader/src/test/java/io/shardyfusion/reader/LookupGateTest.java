package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LookupGateTest {

  /** What the gate protects: nobody may read it when it was released. */
  private static final class Resource {
    boolean released;
  }

  @Test
  void whoIsInsideWhenItIsShutIsWaitedForAndNobodyElseComesIn() throws Exception {
    LookupGate gate = new LookupGate();
    int pass = gate.enter();
    assertThat(pass).isNotEqualTo(LookupGate.REFUSED);
    gate.shut();
    assertThat(gate.isShut()).isTrue();
    assertThat(gate.enter()).isEqualTo(LookupGate.REFUSED);
    Thread closer = new Thread(gate::awaitEmpty, "closer");
    closer.start();
    closer.join(50);
    assertThat(closer.isAlive()).isTrue();
    gate.leave(pass, LookupGate.OTHER);
    closer.join();
    gate.awaitEmpty();
  }

  @Test
  void anInterruptDoesNotEndTheWaitAndIsKept() throws Exception {
    LookupGate gate = new LookupGate();
    int pass = gate.enter();
    gate.shut();
    List<Boolean> interrupted = new ArrayList<>();
    Thread closer =
        new Thread(
            () -> {
              gate.awaitEmpty();
              interrupted.add(Thread.currentThread().isInterrupted());
            },
            "closer");
    closer.start();
    closer.interrupt();
    closer.join(50);
    assertThat(closer.isAlive()).isTrue();
    gate.leave(pass, LookupGate.OTHER);
    closer.join();
    assertThat(interrupted).containsExactly(true);
  }

  @Test
  void nobodyIsEverInsideAfterTheWait() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 200; round++) {
        // Few counters, so that threads also share them.
        LookupGate gate = new LookupGate(1 + round % 3);
        Resource resource = new Resource();
        CountDownLatch begun = new CountDownLatch(4);
        List<Future<Boolean>> visits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          visits.add(threads.submit(() -> visitUntilShut(gate, resource, begun)));
        }
        begun.await();
        gate.shut();
        gate.awaitEmpty();
        resource.released = true;
        for (Future<Boolean> visit : visits) {
          assertThat(visit.get()).as("round %d: was inside after the release", round).isFalse();
        }
      }
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static boolean visitUntilShut(LookupGate gate, Resource resource, CountDownLatch begun) {
    boolean wrong = false;
    for (boolean first = true; ; first = false) {
      int pass = gate.enter();
      if (first) {
        begun.countDown();
      }
      if (pass == LookupGate.REFUSED) {
        return wrong;
      }
      wrong |= resource.released;
      Thread.onSpinWait();
      wrong |= resource.released;
      gate.leave(pass, LookupGate.OTHER);
    }
  }
}
