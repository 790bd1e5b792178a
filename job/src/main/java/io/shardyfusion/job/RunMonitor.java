package io.shardyfusion.job;

import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.lifecycle.WorkerThreads;
import io.shardyfusion.run.RunCounters;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.open.ObjectStores;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.flink.core.execution.JobClient;
import org.jspecify.annotations.Nullable;

/** Follows one run from its submission to its end: tells how far it has come, and what it did. */
final class RunMonitor implements AutoCloseable {

  private static final long POLL_MILLIS = 1000;

  private final SnapshotJobConfig config;
  private final Consumer<RunProgress> progress;
  private final long startNanos = System.nanoTime();
  private final ScheduledExecutorService poller;
  private final ScheduledFuture<?> polling;

  /** Null until the job was submitted. */
  private volatile @Nullable JobClient submitted;

  RunMonitor(SnapshotJobConfig config, Consumer<RunProgress> progress) {
    this.config = config;
    this.progress = progress;
    this.poller = Executors.newSingleThreadScheduledExecutor(WorkerThreads.named("progress"));
    progress.accept(starting());
    polling =
        poller.scheduleWithFixedDelay(this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
  }

  private RunProgress starting() {
    return new RunProgress(RunProgress.Phase.STARTING, 0, 0, 0, 0, config.content().numShards());
  }

  /** Waits until the job has ended, and says what the run did. */
  AnnouncedVersion await(JobClient client, String runId)
      throws ExecutionException, InterruptedException {
    submitted = client;
    Map<String, Object> counters = client.getJobExecutionResult().get().getAllAccumulatorResults();
    polling.cancel(true);
    return result(runId, counters);
  }

  private void poll() {
    JobClient client = submitted;
    try {
      progress.accept(client == null ? starting() : progress(client.getAccumulators().get()));
    } catch (ExecutionException | RuntimeException e) {
      // The job is just starting or ending; the next poll, or the result, will tell.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private RunProgress progress(Map<String, Object> counters) {
    if (!counters.containsKey(RunCounters.ROWS_READ)) {
      return starting();
    }
    int shards = config.content().numShards();
    int stored = (int) count(counters, RunCounters.SHARDS_STORED);
    long written = count(counters, RunCounters.ROWS_WRITTEN);
    RunProgress.Phase phase =
        stored == shards
            ? RunProgress.Phase.ANNOUNCING
            : written > 0 ? RunProgress.Phase.WRITING : RunProgress.Phase.READING;
    return new RunProgress(
        phase,
        count(counters, RunCounters.ROWS_READ),
        count(counters, RunCounters.BYTES_READ),
        written,
        stored,
        shards);
  }

  private AnnouncedVersion result(String runId, Map<String, Object> counters) {
    try (CountingObjectStore store = new CountingObjectStore(open())) {
      RunRecord run = runRecord(store, runId);
      PointerEntry entry = new Dataset(store).resolve(String.valueOf(run.lastVersion()));
      Map<String, Long> published = run.counters();
      long total = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
      long write = count(counters, RunCounters.WRITE_MILLIS);
      long announce = published.getOrDefault(RunCounters.ANNOUNCE_MILLIS, 0L);
      return new AnnouncedVersion(
          entry.version(),
          entry.manifest().object(),
          runId,
          new AnnouncedVersion.Rows(
              count(counters, RunCounters.ROWS_READ),
              entry.rows(),
              count(counters, RunCounters.DUPLICATES),
              count(counters, RunCounters.DELETES),
              count(counters, RunCounters.BAD_ROWS)),
          new AnnouncedVersion.Size(
              config.content().numShards(),
              published.getOrDefault(RunCounters.FILES, 0L),
              entry.bytes(),
              published.getOrDefault(RunCounters.NEW_BYTES, 0L)),
          new AnnouncedVersion.Effort(
              published.getOrDefault(RunCounters.PUTS, 0L),
              published.getOrDefault(RunCounters.GETS, 0L) + store.gets(),
              total,
              Map.of(
                  "read",
                  Math.max(0, total - write - announce),
                  "write",
                  write,
                  "announce",
                  announce)),
          null);
    }
  }

  private RunRecord runRecord(ObjectStore store, String runId) {
    return new RunRecords(store)
        .find(runId)
        .orElseThrow(
            () ->
                new StorageException(
                    """
                    the job ended, but its run record %s is not in %s; see the dataset's history for \
                    what was announced"""
                        .formatted(Layout.run(runId), store.root()),
                    null));
  }

  private ObjectStore open() {
    return ObjectStores.open(config.dataset(), config.store());
  }

  private static long count(Map<String, Object> counters, String name) {
    return counters.get(name) instanceof Number number ? number.longValue() : 0;
  }

  @Override
  public void close() {
    poller.shutdownNow();
  }
}
