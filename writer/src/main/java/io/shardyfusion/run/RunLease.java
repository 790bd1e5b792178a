package io.shardyfusion.run;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.CheckpointNeeds;
import io.shardyfusion.format.RunNeeds;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.RunWarning;
import io.shardyfusion.lifecycle.WorkerThreads;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.NewRequests;
import io.shardyfusion.store.Requests;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the record of a run: that it is alive, by a lease that a thread of its own renews, what it
 * announced last, what it did, and what it needs. A run goes on over restarts of its job, and its
 * record with it. Thread-safe. Does not own the store.
 */
public final class RunLease implements AutoCloseable {

  /** A run that has given no sign of life for so long counts as dead. */
  public static final Duration LEASE = Duration.ofMinutes(2);

  private static final Duration HEARTBEAT = Duration.ofSeconds(30);

  /** Counters of the last version, not of the run. */
  private static final Set<String> REPLACED =
      Set.of(RunCounters.FILES, RunCounters.ANNOUNCE_MILLIS);

  private static final Logger LOG = LoggerFactory.getLogger(RunLease.class);

  private final RunStart run;
  private final NewRequests requests;
  private final RunRecords records;
  private final Clock clock;
  private final Map<String, Long> counters = new TreeMap<>();
  private final ScheduledExecutorService heartbeat;
  private final ScheduledFuture<?> beats;
  private @Nullable Long lastVersion;
  private List<RunWarning> warnings = List.of();
  private RunNeeds needs;

  /** True if a checkpoint has completed since the record was written. */
  private boolean mustWrite;

  private boolean ended;

  /**
   * Takes up the record of a run, or begins it.
   *
   * @param isRestored whether the run goes on from a checkpoint, and so from no snapshot
   * @throws io.shardyfusion.StorageException if it cannot be read or written
   */
  public RunLease(RunStart run, CountingObjectStore store, Clock clock, boolean isRestored) {
    this.run = run;
    this.requests = new NewRequests(store);
    this.clock = clock;
    this.records = new RunRecords(store);
    this.needs = new RunNeeds(isRestored ? null : run.base(), List.of());
    records
        .find(run.runId())
        .ifPresentOrElse(this::takeUp, () -> count(RunCounters.GETS, run.getsBefore()));
    write(RunRecord.Status.RUNNING, null);
    heartbeat = Executors.newSingleThreadScheduledExecutor(WorkerThreads.named("heartbeat"));
    beats =
        heartbeat.scheduleWithFixedDelay(
            this::beat, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void takeUp(RunRecord record) {
    counters.putAll(record.counters());
    warnings = record.warnings();
    lastVersion = record.lastVersion();
    needs = record.needs();
  }

  /** Renews the lease: what the thread does from time to time. */
  synchronized void beat() {
    if (ended) {
      return;
    }
    try {
      write(RunRecord.Status.RUNNING, null);
    } catch (RuntimeException | Error e) { // One that is thrown would end the heartbeat.
      // The next beat may succeed; until the lease ends nobody takes the run for dead.
      LOG.warn("The lease of run {} could not be renewed.", run.runId(), e);
    }
  }

  /**
   * A checkpoint has completed: the record says what it needs as soon as it is written anyway, and
   * at the latest when this is closed.
   */
  public synchronized void completed(CheckpointNeeds checkpoint) {
    needs = needs.completed(checkpoint, run.checkpointsNoted());
    mustWrite = true;
  }

  /**
   * A version was announced; {@code done} is added to what the run did. One that was announced
   * before, by an earlier attempt, is counted already.
   */
  public synchronized void announced(long version, Map<String, Long> done) {
    count(version, done);
    write(RunRecord.Status.RUNNING, null);
  }

  /**
   * The same as {@link #announced}, with nothing to follow. An interrupt of the caller does not
   * keep it from being recorded, and is kept.
   */
  public synchronized void succeeded(long version, Map<String, Long> done) {
    count(version, done);
    ended = true;
    uninterrupted(() -> write(RunRecord.Status.SUCCEEDED, null));
  }

  /**
   * The run ends with an error, which is what will be thrown: no other hides it. An interrupt of
   * the caller does not keep it from being recorded, and is kept.
   */
  public synchronized void failed(Throwable error) {
    ended = true;
    try {
      uninterrupted(() -> write(RunRecord.Status.FAILED, String.valueOf(error.getMessage())));
    } catch (ShardyfusionException e) {
      LOG.warn("The end of run {} could not be recorded.", run.runId(), e);
      error.addSuppressed(e);
    }
  }

  private static void uninterrupted(Runnable write) {
    boolean interrupted = Thread.interrupted();
    try {
      write.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void count(long version, Map<String, Long> done) {
    if (lastVersion == null || version > lastVersion) {
      lastVersion = version;
      done.forEach(this::count);
    }
  }

  private void count(String counter, long more) {
    counters.merge(counter, more, (a, b) -> REPLACED.contains(counter) ? b : Long.valueOf(a + b));
  }

  private synchronized void write(RunRecord.Status status, @Nullable String error) {
    Requests fresh = requests.takeWithNextPut();
    count(RunCounters.PUTS, fresh.puts());
    count(RunCounters.GETS, fresh.gets());
    RunRecord record =
        RunRecord.builder()
            .runId(run.runId())
            .mode(run.mode())
            .status(status)
            .startedAt(run.startedAt())
            .updatedAt(clock.instant())
            .leaseExpiresAt(status == RunRecord.Status.RUNNING ? clock.instant().plus(LEASE) : null)
            .lastVersion(lastVersion)
            .error(error)
            .counters(counters)
            .warnings(warnings())
            .needs(needs)
            .build();
    records.write(record);
    mustWrite = false;
  }

  /** Those of the watcher of a continuous input, which writes them into the same record. */
  private List<RunWarning> warnings() {
    if (!run.isStreaming()) {
      return warnings;
    }
    try {
      warnings = records.warnings(run.runId());
    } catch (ShardyfusionException e) {
      LOG.warn("The warnings of run {} could not be read.", run.runId(), e);
    }
    return warnings;
  }

  /** Stops to renew the lease. */
  @Override
  public void close() {
    beats.cancel(true);
    heartbeat.shutdownNow();
    writeWhatCompleted();
  }

  private synchronized void writeWhatCompleted() {
    if (mustWrite) {
      beat();
    }
  }
}
