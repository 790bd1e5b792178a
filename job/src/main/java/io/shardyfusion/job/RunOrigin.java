package io.shardyfusion.job;

import io.shardyfusion.ConflictException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.job.RetainedCheckpoints.Found;
import io.shardyfusion.job.RetainedCheckpoints.Retained;
import io.shardyfusion.job.embedded.JobFailures;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.open.ObjectStores;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state that a continuous run begins from, and the guard that no other run that is alive begins
 * there, too.
 *
 * <p>On a local checkpoint directory a lock tells, exactly: it is free again as soon as the other
 * process is dead, however it died. Elsewhere there is only the other run's lease, which lasts for
 * two minutes after its last sign of life; it is looked at when the checkpoint has gone away while
 * it was restored, which is what a run that is alive does with old ones.
 */
final class RunOrigin implements AutoCloseable {

  private final SnapshotJobConfig config;
  private final String checkpoints;
  private final @Nullable String path;

  /** Null where the directory has none, or another run still has it. */
  private @Nullable CheckpointLock lock;

  /** True if another run had the lock when this one began all the same. */
  private boolean awaitsLock;

  /** The run that took what is restored, where that is known. */
  private final @Nullable String restoredRun;

  private RunOrigin(
      SnapshotJobConfig config,
      String checkpoints,
      CheckpointLock.Attempt attempt,
      @Nullable String path,
      @Nullable String restoredRun) {
    this.config = config;
    this.checkpoints = checkpoints;
    this.lock = lockOf(attempt);
    this.awaitsLock = attempt instanceof CheckpointLock.Attempt.Held;
    this.path = path;
    this.restoredRun = restoredRun;
  }

  /**
   * Finds out what a run goes on from.
   *
   * @param checkpoints the checkpoint directory
   * @throws ConflictException if a run is alive there, and is not to be taken over
   * @throws InvalidRequestException if it is not clear which checkpoint is the newest
   * @throws io.shardyfusion.StorageException if the directory or the dataset cannot be read
   */
  static RunOrigin of(
      SnapshotJobConfig config, ContinuousOptions.Restore restore, String checkpoints) {
    CheckpointLock.Attempt attempt =
        CheckpointLock.tryTake(RetainedCheckpoints.uri(checkpoints), config.dataset());
    if (attempt instanceof CheckpointLock.Attempt.Held held
        && !(restore instanceof ContinuousOptions.Restore.None)
        && !config.replacing().takeover()) {
      throw new ConflictException(
          """
          another run of the dataset %s is alive: %s; it has the checkpoint directory %s, \
          and a job can go on in one process only; stop that one (kill -TERM, which takes a \
          savepoint), then run this again"""
              .formatted(config.dataset(), held.holder(), checkpoints));
    }
    try {
      if (restore instanceof ContinuousOptions.Restore.From from) {
        return new RunOrigin(config, checkpoints, attempt, from.path(), null);
      }
      Optional<Retained> newest =
          restore instanceof ContinuousOptions.Restore.Auto
              ? newest(config, checkpoints)
              : Optional.empty();
      return new RunOrigin(
          config,
          checkpoints,
          attempt,
          newest.map(Retained::path).orElse(null),
          newest.map(n -> n.sink().runId()).orElse(null));
    } catch (RuntimeException e) {
      CheckpointLock lock = lockOf(attempt);
      if (lock != null) {
        lock.close();
      }
      throw e;
    }
  }

  private static @Nullable CheckpointLock lockOf(CheckpointLock.Attempt attempt) {
    return attempt instanceof CheckpointLock.Attempt.Taken taken ? taken.lock() : null;
  }

  private static Optional<Retained> newest(SnapshotJobConfig config, String checkpoints) {
    Found found = RetainedCheckpoints.in(checkpoints);
    if (found.ours().size() == 1) {
      return Optional.of(found.ours().get(0));
    }
    if (found.ours().isEmpty()) {
      if (found.others().isEmpty()) {
        return Optional.empty();
      }
      throw new InvalidRequestException(
          """
          the checkpoint directory %s has checkpoints of other jobs only, which write no \
          dataset: %s; choose another --checkpoint-dir, or begin with --restore none"""
              .formatted(checkpoints, String.join(", ", found.others())));
    }
    try (ObjectStore store = ObjectStores.open(config.dataset(), config.store())) {
      return Optional.of(new NewestCheckpoint(new Dataset(store)).of(found.ours(), checkpoints));
    }
  }

  /** The checkpoint or savepoint to restore, or null to begin anew. */
  @Nullable String path() {
    return path;
  }

  /** Tells others which run it is that goes on from here. */
  void heldBy(String runId) {
    if (lock != null) {
      lock.heldBy(runId);
    }
  }

  /**
   * Takes the lock as soon as the run is gone that had it when this one began, so that others see
   * that this one lives. Costs next to nothing where there is nothing to take.
   */
  void takeLock(String runId) {
    if (awaitsLock
        && CheckpointLock.tryTake(RetainedCheckpoints.uri(checkpoints), config.dataset())
            instanceof CheckpointLock.Attempt.Taken taken) {
      awaitsLock = false;
      lock = taken.lock();
      heldBy(runId);
    }
  }

  /** The exception of ours for what the job failed with. */
  ShardyfusionException translate(Exception failure) {
    if (path == null || !JobFailures.isMissingCheckpoint(failure, path)) {
      return JobFailures.translate(failure);
    }
    Optional<RunRecord> alive = alive();
    if (alive.isPresent()) {
      RunRecord run = alive.get();
      return new ConflictException(
          """
          the checkpoint %s, which the job should be restored from, is not there, and another \
          run of the dataset %s seems to be alive, which deletes old checkpoints: run %s, \
          started %s, with a lease until %s by its clock; stop that one, or, if it is dead, \
          wait until then; then run this again"""
              .formatted(
                  path, config.dataset(), run.runId(), run.startedAt(), run.leaseExpiresAt()),
          failure);
    }
    return new InvalidRequestException(
        """
        the checkpoint %s, which the job should be restored from, is not there, or is \
        incomplete; correct --restore (auto takes the newest that is there)"""
            .formatted(path),
        failure);
  }

  /** The run that may have deleted what was to be restored, if its lease has not expired. */
  private Optional<RunRecord> alive() {
    try (ObjectStore store = ObjectStores.open(config.dataset(), config.store())) {
      RunRecords records = new RunRecords(store);
      Optional<String> newest =
          new Dataset(store)
              .pointer()
              .map(PointerState::pointer)
              .flatMap(p -> p.history().stream().findFirst())
              .map(PointerEntry::runId);
      return Optional.ofNullable(restoredRun)
          .flatMap(records::find)
          .filter(RunOrigin::isAlive)
          .or(() -> newest.flatMap(records::find).filter(RunOrigin::isAlive));
    } catch (ShardyfusionException e) {
      return Optional.empty(); // The failure of the job says enough.
    }
  }

  private static boolean isAlive(RunRecord run) {
    Instant lease = run.leaseExpiresAt();
    return run.status() == RunRecord.Status.RUNNING
        && lease != null
        && lease.isAfter(Instant.now());
  }

  /** Frees the checkpoint directory for others. Idempotent. */
  @Override
  public void close() {
    if (lock != null) {
      lock.close();
    }
  }
}
