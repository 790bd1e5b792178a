package io.shardyfusion.dataset;

import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.RunRecordParser;
import io.shardyfusion.format.RunWarning;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoredObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The run records of a dataset. Thread-safe. Does not own the store. */
public final class RunRecords {

  private final ObjectStore store;

  /** The run records of the dataset at the root of {@code store}. */
  public RunRecords(ObjectStore store) {
    this.store = store;
  }

  /**
   * The record of a run, or empty if it has none.
   *
   * @throws io.shardyfusion.StorageException if it could not be read
   * @throws io.shardyfusion.DataDamagedException if it is no run record
   */
  public Optional<RunRecord> find(String runId) {
    String key = Layout.run(runId);
    return store
        .read(key, Limits.MAX_RUN_RECORD_BYTES)
        .map(o -> RunRecordParser.fromJson(key, o.content()));
  }

  /**
   * Writes a record, replacing the one before.
   *
   * @throws io.shardyfusion.StorageException if it could not be written
   */
  public void write(RunRecord run) {
    store.write(Layout.run(run.runId()), RunRecordParser.toJson(run));
  }

  /**
   * Ends a run that is recorded as running: gives it a last status, and no lease. Others are left
   * as they are.
   *
   * @param error why it failed, or null
   * @throws io.shardyfusion.StorageException if the record could not be read or written
   */
  public void end(String runId, RunRecord.Status status, @Nullable String error, Instant now) {
    find(runId)
        .filter(run -> run.status() == RunRecord.Status.RUNNING)
        .ifPresent(
            run ->
                write(
                    run.with()
                        .status(status)
                        .updatedAt(now)
                        .leaseExpiresAt(null)
                        .error(error)
                        .build()));
  }

  /**
   * Changes the warnings of a run that is recorded as running, and nothing else of its record: by
   * compare-and-set, so that nothing that its owner writes meanwhile is lost. The owner {@linkplain
   * #warnings takes them along}.
   *
   * @param change from the warnings that the record has to those that it is to have
   * @return whether the record has them; else it is not there (yet), has ended, or others were
   *     writing it
   * @throws io.shardyfusion.StorageException if it could not be read or written
   */
  public boolean warn(String runId, UnaryOperator<List<RunWarning>> change) {
    String key = Layout.run(runId);
    StoredObject stored = store.read(key, Limits.MAX_RUN_RECORD_BYTES).orElse(null);
    if (stored == null) {
      return false;
    }
    RunRecord run = RunRecordParser.fromJson(key, stored.content());
    if (run.status() != RunRecord.Status.RUNNING) {
      return false;
    }
    RunRecord changed = run.withWarnings(change.apply(run.warnings()));
    return changed.equals(run)
        || store.writeIf(
                key, RunRecordParser.toJson(changed), new Expectation.Unchanged(stored.tag()))
            instanceof ConditionalWrite.Written;
  }

  /**
   * The warnings in the record of a run; none if it has no record.
   *
   * @throws io.shardyfusion.StorageException if it could not be read
   */
  public List<RunWarning> warnings(String runId) {
    return find(runId).map(RunRecord::warnings).orElse(List.of());
  }
}
