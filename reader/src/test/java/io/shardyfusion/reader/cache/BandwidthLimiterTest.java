package io.shardyfusion.reader.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.TimeMeter;
import io.shardyfusion.StorageException;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BandwidthLimiterTest {

  private static final long PIECE = 1 << 16;

  private final AtomicLong nanos = new AtomicLong();
  private final TimeMeter time =
      new TimeMeter() {
        @Override
        public long currentTimeNanos() {
          return nanos.get();
        }

        @Override
        public boolean isWallClockBased() {
          return false;
        }
      };
  private final BlockingStrategy waiting = nanos::addAndGet;

  @Test
  void bytesTakeTheTimeThatTheBoundGivesThem() {
    BandwidthLimiter limiter = BandwidthLimiter.of(OptionalLong.of(1 << 20), time, waiting);
    for (int i = 0; i <= 160; i++) { // The first piece is free, then ten seconds' worth.
      limiter.take(PIECE);
    }
    assertThat(nanos.get())
        .isBetween(TimeUnit.MILLISECONDS.toNanos(9_990), TimeUnit.MILLISECONDS.toNanos(10_010));
  }

  @Test
  void whatWasNotUsedIsSavedForASecondOnly() {
    BandwidthLimiter limiter = BandwidthLimiter.of(OptionalLong.of(1 << 20), time, waiting);
    limiter.take(PIECE);
    long hour = TimeUnit.HOURS.toNanos(1);
    nanos.set(hour);
    for (int i = 0; i < 32; i++) { // Two seconds' worth, of which one was saved.
      limiter.take(PIECE);
    }
    assertThat(nanos.get() - hour)
        .isBetween(TimeUnit.MILLISECONDS.toNanos(990), TimeUnit.MILLISECONDS.toNanos(1_010));
  }

  @Test
  void aBoundBelowAPieceIsKeptToo() {
    BandwidthLimiter limiter = BandwidthLimiter.of(OptionalLong.of(1024), time, waiting);
    limiter.take(PIECE);
    limiter.take(PIECE);
    assertThat(nanos.get())
        .isBetween(TimeUnit.MILLISECONDS.toNanos(63_990), TimeUnit.MILLISECONDS.toNanos(64_010));
  }

  @Test
  void withoutABoundNothingWaits() {
    BandwidthLimiter limiter = BandwidthLimiter.of(OptionalLong.empty(), time, waiting);
    limiter.take(1L << 40);
    assertThat(nanos).hasValue(0);
  }

  @Test
  void anInterruptEndsTheWait() {
    BandwidthLimiter limiter = BandwidthLimiter.of(OptionalLong.of(1));
    limiter.take(PIECE);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> limiter.take(PIECE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
