package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.rows.RawRow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.core.io.InputStatus;
import org.jspecify.annotations.Nullable;

/**
 * Flink's reader of files, which first has a file {@linkplain FileComparison compared} with what
 * was found, both when it gets it and when it goes on with it after a restart. One that is gone or
 * empty now is passed over, one that is another is read whole from its beginning.
 *
 * <p>The enumerator is told, and a file that has changed waits for its answer; until then, a
 * checkpoint has the file as it was found. Flink holds back what an enumerator sends after its own
 * part of a checkpoint until the readers have done theirs. So no checkpoint has the file as it is
 * now in its reader, and as it was in its enumerator: that would be a change of which nobody was to
 * know, after a restore.
 */
@SuppressWarnings("try") // Flink's interface closes with any exception.
final class FilesReader implements SourceReader<RawRow, FileSourceSplit> {

  private final SourceReader<RawRow, FileSourceSplit> reader;
  private final SourceReaderContext context;
  private final FileComparison comparison = new FileComparison();
  private final Queue<Given> waiting = new ArrayDeque<>();

  /**
   * Done when there may be something new to do for what waits; the comparing thread does it too.
   */
  private volatile CompletableFuture<Void> stirred = new CompletableFuture<>();

  private @Nullable Availability available;

  /** Files that came together, and that Flink's reader does not have yet. */
  private static final class Given {
    private final List<FileSourceSplit> found;
    private final CompletableFuture<FileComparison.Result> result;
    private boolean isTold;
    private boolean isAnswered;

    Given(List<FileSourceSplit> found, CompletableFuture<FileComparison.Result> result) {
      this.found = List.copyOf(found);
      this.result = result;
    }
  }

  /** One future of two, which is kept as long as they are the same. */
  private record Availability(
      CompletableFuture<Void> rows, CompletableFuture<Void> stirred, CompletableFuture<Void> any) {

    static Availability of(CompletableFuture<Void> rows, CompletableFuture<Void> stirred) {
      return new Availability(
          rows, stirred, CompletableFuture.anyOf(rows, stirred).thenAccept(first -> {}));
    }
  }

  FilesReader(SourceReader<RawRow, FileSourceSplit> reader, SourceReaderContext context) {
    this.reader = reader;
    this.context = context;
  }

  @Override
  public void addSplits(List<FileSourceSplit> splits) {
    Given given = new Given(splits, comparison.compare(splits));
    waiting.add(given);
    var unused = given.result.whenComplete((result, failure) -> stirred.complete(null));
  }

  @Override
  public void start() {
    if (waiting.isEmpty()) {
      context.sendSourceEventToCoordinator(new FilesCompared(List.of(), List.of()));
      reader.start(); // It asks for a file, as it has none.
    }
  }

  @Override
  public InputStatus pollNext(ReaderOutput<RawRow> output) throws Exception {
    if (stirred.isDone()) {
      // Before the look at what waits: what comes meanwhile stirs anew.
      stirred = new CompletableFuture<>();
    }
    passOn();
    return reader.pollNext(output);
  }

  /** Gives Flink's reader the files that have been compared, in their order. */
  private void passOn() {
    Given first = waiting.peek();
    while (first != null && first.result.isDone()) {
      FileComparison.Result result = result(first);
      if (!first.isTold) {
        first.isTold = true;
        context.sendSourceEventToCoordinator(result.told());
      }
      if (!result.told().changed().isEmpty() && !first.isAnswered) {
        return;
      }
      waiting.remove();
      reader.addSplits(result.now());
      first = waiting.peek();
    }
  }

  private static FileComparison.Result result(Given given) {
    try {
      return given.result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    Given first = waiting.peek();
    // One that an attempt before this asked for may come late.
    if (first != null && first.isTold && event.equals(result(first).told())) {
      first.isAnswered = true;
      stirred.complete(null);
    }
  }

  @Override
  public List<FileSourceSplit> snapshotState(long checkpointId) {
    List<FileSourceSplit> all = new ArrayList<>(reader.snapshotState(checkpointId));
    waiting.forEach(given -> all.addAll(given.found));
    return all;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    CompletableFuture<Void> rows = reader.isAvailable();
    if (rows.isDone()) {
      return rows;
    }
    CompletableFuture<Void> stir = stirred;
    Availability kept = available;
    if (kept == null || kept.rows() != rows || kept.stirred() != stir) {
      kept = Availability.of(rows, stir);
      available = kept;
    }
    return kept.any();
  }

  @Override
  public void notifyNoMoreSplits() {
    reader.notifyNoMoreSplits();
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    reader.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    reader.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> paused, Collection<String> resumed) {
    reader.pauseOrResumeSplits(paused, resumed);
  }

  @Override
  public void close() throws Exception {
    comparison.close();
    reader.close();
  }
}
