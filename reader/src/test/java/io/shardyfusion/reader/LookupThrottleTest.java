package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.TimeMeter;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.LimitExceededException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookupThrottleTest {

  private static final long SECOND = 1_000_000_000;

  @TempDir Path directory;

  private long now;
  private long waited;

  private final TimeMeter time =
      new TimeMeter() {
        @Override
        public long currentTimeNanos() {
          return now;
        }

        @Override
        public boolean isWallClockBased() {
          return false;
        }
      };

  private final BlockingStrategy waiting =
      nanos -> {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        waited += nanos;
        now += nanos;
      };

  @Test
  void aSecondsWorthMayComeAtOnceAndTheRestAtItsRate() {
    LookupThrottle throttle = throttle(100, Duration.ofSeconds(10));
    for (int i = 0; i < 100; i++) {
      throttle.take(1);
    }
    assertThat(waited).isZero();
    for (int i = 0; i < 50; i++) {
      throttle.take(1);
    }
    assertThat(waited).isEqualTo(SECOND / 2);
    now += 5 * SECOND;
    throttle.take(100);
    assertThat(waited).isEqualTo(SECOND / 2);
  }

  @Test
  void aLookupOfManyKeysCountsThemAndMayBeMoreThanASecondsWorth() {
    LookupThrottle throttle = throttle(100, Duration.ofSeconds(10));
    throttle.take(0);
    throttle.take(300);
    assertThat(waited).isEqualTo(2 * SECOND);
    throttle.take(50);
    assertThat(waited).isEqualTo(SECOND * 5 / 2);
  }

  @Test
  void whatWouldWaitTooLongIsRefusedAtOnceAndTakesNothing() {
    LookupThrottle throttle = throttle(100, Duration.ofMillis(100));
    throttle.take(100);
    assertThatThrownBy(() -> throttle.take(11))
        .isInstanceOf(LimitExceededException.class)
        .hasMessageContainingAll("11 keys", "100 keys a second", "PT0.1S", "raise");
    assertThat(waited).isZero();
    throttle.take(10);
    assertThat(waited).isEqualTo(SECOND / 10);
  }

  @Test
  void withoutWaitingItIsNowOrNever() {
    LookupThrottle throttle = throttle(2, Duration.ZERO);
    throttle.take(1);
    throttle.take(1);
    assertThatThrownBy(() -> throttle.take(1))
        .isInstanceOf(LimitExceededException.class)
        .hasMessageContaining("1 key is over");
    now += SECOND / 2;
    throttle.take(1);
    assertThat(waited).isZero();
  }

  @Test
  void anInterruptEndsTheWaitingAndIsKept() {
    LookupThrottle throttle = throttle(1, Duration.ofSeconds(10));
    throttle.take(1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> throttle.take(1))
        .isInstanceOf(LimitExceededException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void limitsAreChecked() {
    for (long perSecond : new long[] {-1, 0, LookupLimit.MAX_PER_SECOND + 1}) {
      assertThatThrownBy(() -> new LookupLimit(perSecond, Duration.ZERO))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("found " + perSecond);
    }
    for (Duration wait : new Duration[] {Duration.ofNanos(-1), Duration.ofMinutes(61)}) {
      assertThatThrownBy(() -> new LookupLimit(1, wait))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("found " + wait);
    }
    throttle(LookupLimit.MAX_PER_SECOND, LookupLimit.MAX_WAIT).take(1);
  }

  @Test
  void aReaderAndItsViewsShareTheLimitAndScansAreFree() {
    TestDataset dataset = TestDataset.ofLongs(directory, 2, 100);
    // What comes back while the test runs is less than one key.
    LookupLimit limit = new LookupLimit(6, Duration.ZERO);
    ReaderOptions options =
        ReaderOptions.builder(dataset.uri())
            .cacheDirectory(directory.resolve("cache"))
            .lookupLimit(limit)
            .build();
    try (ShardedReader reader = ShardedReader.open(options);
        SnapshotView view = reader.view()) {
      TypedReader<Long, String> typed = TypedReader.of(view, Long.class, ValueDecoder.utf8());
      assertThatThrownBy(() -> reader.multiGet(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L)))
          .isInstanceOf(LimitExceededException.class);
      assertThat(reader.multiGet(List.of(1L, 2L))).hasSize(2);
      assertThat(view.get(1L)).isNotNull();
      assertThat(view.get(1L, ByteBuffer.allocateDirect(100))).isPositive();
      assertThat(reader.get(1000L)).isNull();
      assertThat(typed.get(3L)).isEqualTo("v1:3");
      assertThatThrownBy(() -> view.multiGet(List.of(1L, 2L, 3L, 4L, 5L)))
          .isInstanceOf(LimitExceededException.class);
      assertThatThrownBy(() -> typed.multiGet(List.of(1L, 2L, 3L, 4L, 5L)))
          .isInstanceOf(LimitExceededException.class);
      try (RowCursor rows = reader.scan(KeyRange.all())) {
        assertThat(rows.next()).isTrue();
      }
      assertThat(reader.route(1L)).isBetween(0, 1);
    }
  }

  private LookupThrottle throttle(long perSecond, Duration maxWait) {
    return new LookupThrottle(new LookupLimit(perSecond, maxWait), time, waiting);
  }
}
