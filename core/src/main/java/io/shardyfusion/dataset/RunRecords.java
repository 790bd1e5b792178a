package io.shardyfusion.dataset;

import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.RunRecordParser;
import io.shardyfusion.store.ObjectStore;
import java.time.Instant;
import java.util.Optional;
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
                    new RunRecord(
                        runId,
                        run.mode(),
                        status,
                        run.startedAt(),
                        now,
                        null,
                        run.lastVersion(),
                        error,
                        run.counters())));
  }
}
