package io.shardyfusion.reader;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.reader.cache.Scrub;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scrubs the cached files of a reader's open shards again and again, and opens anew what had
 * damage: lookups go on in the old database until the new one is open. Thread-safe.
 */
final class ScrubLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ScrubLoop.class);

  private final Scrub scrub;
  private final ShardPool shards;
  private final Dataset dataset;
  private final ScheduledExecutorService background;
  private final Duration interval;

  /** Held while a scrub is under way. */
  private final ReentrantLock scrubbing = new ReentrantLock();

  /** Guarded by that. */
  private boolean closed;

  /** Guarded by this. */
  private @Nullable Future<?> scheduled;

  /**
   * A loop that does nothing yet.
   *
   * @param interval from the end of one scrub to the next; zero: none
   */
  ScrubLoop(
      Scrub scrub,
      ShardPool shards,
      Dataset dataset,
      ScheduledExecutorService background,
      Duration interval) {
    this.scrub = scrub;
    this.shards = shards;
    this.dataset = dataset;
    this.background = background;
    this.interval = interval;
  }

  /** Begins, with the first scrub after an interval. */
  synchronized void start() {
    if (!interval.isZero()) {
      long nanos = interval.toNanos();
      scheduled = background.scheduleWithFixedDelay(this::run, nanos, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Ends the scrub under way, and begins none any more; returns when it has ended. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      if (scheduled != null) {
        scheduled.cancel(true);
      }
    }
    scrubbing.lock();
    try {
      closed = true;
    } finally {
      scrubbing.unlock();
    }
  }

  private void run() {
    scrubbing.lock();
    try {
      if (!closed) {
        scrub();
      }
    } catch (ShardyfusionException e) {
      if (Thread.currentThread().isInterrupted()) {
        LOG.debug("event=cache_scrub_ended reason=\"the reader is closed\"");
      } else {
        LOG.warn("event=cache_scrub_failed error=\"{}\"", e.toString());
      }
    } finally {
      scrubbing.unlock();
    }
  }

  private void scrub() {
    long began = System.nanoTime();
    IdentityHashMap<ShardDescriptor, LazyShard> open = new IdentityHashMap<>();
    shards.open().forEach(shard -> open.put(dataset.descriptor(shard.entry()), shard));
    List<ShardDescriptor> damaged = scrub.run(open.keySet());
    LOG.info(
        "event=cache_scrubbed shards={} damaged={} millis={}",
        open.size(),
        damaged.size(),
        (System.nanoTime() - began) / 1_000_000);
    for (ShardDescriptor shard : damaged) {
      LazyShard reopened = open.get(shard);
      if (reopened != null && !Thread.currentThread().isInterrupted()) {
        reopened.reopen();
      }
    }
  }
}
