package io.shardyfusion.job.input.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.job.input.news.InputGauge;
import io.shardyfusion.job.input.news.InputRun;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.ReadLimits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.impl.FileSourceReader;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.UserCodeClassLoader;

/**
 * A continuous input of files with one reader, as a job has it between two restarts, of which a
 * test decides what happens when: when the input is listed, and when messages arrive.
 */
final class SteppedFiles implements AutoCloseable {

  /** What a checkpoint holds. */
  record Checkpoint(FilesState enumerator, List<FileSourceSplit> reader) {}

  private final Coordinator coordinator = new Coordinator();
  private final Task task = new Task();
  private final ExecutorService worker = Executors.newSingleThreadExecutor();
  private final FilesEnumerator enumerator;
  private final SourceReader<RawRow, FileSourceSplit> reader;
  private final Queue<SourceEvent> toEnumerator = new ArrayDeque<>();
  private final Queue<SourceEvent> toReader = new ArrayDeque<>();
  private final Queue<FileSourceSplit> assigned = new ArrayDeque<>();
  private boolean asksForFile;
  private boolean isRegistered;
  private Callable<?> listing;
  private BiConsumer<Object, Throwable> listed;
  private int rows;

  SteppedFiles(String path, Checkpoint from, Duration slow, InputRun run) {
    enumerator =
        new FilesEnumerator(
            coordinator,
            new WatchedListing(List.of(path), slow),
            Duration.ofSeconds(1),
            run,
            new InputGauge(),
            from == null ? new FilesState(List.of(), Map.of()) : from.enumerator());
    reader =
        new FilesReader(
            new FileSourceReader<>(
                task,
                new RowFileFormat(
                    new RowFormat.Jsonl(),
                    List.of(),
                    new ReadLimits(4096, 1 << 20),
                    ReadFailures.OnChange.RESTART),
                new Configuration()),
            task);
    enumerator.start();
    if (from != null && !from.reader().isEmpty()) {
      reader.addSplits(from.reader());
    }
    isRegistered = true;
    enumerator.addReader(0);
    reader.start();
  }

  /** Begins to list the input; what is given is to be run when it is done. */
  Future<Runnable> list() {
    return worker.submit(
        () -> {
          try {
            Object found = listing.call();
            return () -> listed.accept(found, null);
          } catch (Exception e) {
            return () -> listed.accept(null, e);
          }
        });
  }

  /** Lists the input. */
  void look() throws Exception {
    list().get(60, TimeUnit.SECONDS).run();
  }

  /** Lets the reader read once. */
  void poll() throws Exception {
    reader.pollNext(task);
  }

  /** Lets everything that is under way arrive. */
  void arrive() throws Exception {
    arriveAtEnumerator();
    arriveAtReader();
  }

  void arriveAtEnumerator() {
    for (SourceEvent event = toEnumerator.poll(); event != null; event = toEnumerator.poll()) {
      enumerator.handleSourceEvent(0, event);
    }
    if (asksForFile) {
      asksForFile = false;
      enumerator.handleSplitRequest(0, null);
    }
  }

  void arriveAtReader() {
    for (SourceEvent event = toReader.poll(); event != null; event = toReader.poll()) {
      reader.handleSourceEvents(event);
    }
    for (FileSourceSplit split = assigned.poll(); split != null; split = assigned.poll()) {
      reader.addSplits(List.of(split));
    }
  }

  boolean hasNewsForEnumerator() {
    return !toEnumerator.isEmpty();
  }

  boolean isReaderAvailable() {
    return reader.isAvailable().isDone();
  }

  FilesState snapshotEnumerator() {
    return enumerator.snapshotState(1);
  }

  List<FileSourceSplit> snapshotReader() {
    return reader.snapshotState(1);
  }

  int rows() {
    return rows;
  }

  /** Ends the enumerator, and gives whether Flink's worker thread ended then. */
  boolean endsEnumerator() throws InterruptedException {
    enumerator.close();
    worker.shutdownNow();
    return worker.awaitTermination(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    enumerator.close();
    reader.close();
    worker.shutdownNow();
  }

  private final class Coordinator implements SplitEnumeratorContext<FileSourceSplit> {

    @Override
    public SplitEnumeratorMetricGroup metricGroup() {
      return UnregisteredMetricsGroup.createSplitEnumeratorMetricGroup();
    }

    @Override
    public void sendEventToSourceReader(int subtask, SourceEvent event) {
      toReader.add(event);
    }

    @Override
    public int currentParallelism() {
      return 1;
    }

    @Override
    public Map<Integer, ReaderInfo> registeredReaders() {
      return isRegistered ? Map.of(0, new ReaderInfo(0, "here")) : Map.of();
    }

    @Override
    public void assignSplits(SplitsAssignment<FileSourceSplit> assignment) {
      assignment.assignment().values().forEach(assigned::addAll);
    }

    @Override
    public void signalNoMoreSplits(int subtask) {
      throw new AssertionError("the input has no end");
    }

    @Override
    public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
      throw new AssertionError("the input is listed again and again");
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> void callAsync(
        Callable<T> callable, BiConsumer<T, Throwable> handler, long delay, long period) {
      listing = callable;
      listed = (result, failure) -> handler.accept((T) result, failure);
    }

    @Override
    public void runInCoordinatorThread(Runnable runnable) {
      runnable.run();
    }
  }

  private final class Task implements SourceReaderContext, ReaderOutput<RawRow> {

    @Override
    public SourceReaderMetricGroup metricGroup() {
      return UnregisteredMetricsGroup.createSourceReaderMetricGroup();
    }

    @Override
    public Configuration getConfiguration() {
      return new Configuration();
    }

    @Override
    public String getLocalHostName() {
      return "here";
    }

    @Override
    public int getIndexOfSubtask() {
      return 0;
    }

    @Override
    public void sendSplitRequest() {
      asksForFile = true;
    }

    @Override
    public void sendSourceEventToCoordinator(SourceEvent event) {
      assertThat(isRegistered).isTrue();
      toEnumerator.add(event);
    }

    @Override
    public UserCodeClassLoader getUserCodeClassLoader() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void collect(RawRow row) {
      rows++;
    }

    @Override
    public void collect(RawRow row, long timestamp) {
      rows++;
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      throw new AssertionError("files have no watermarks");
    }

    @Override
    public void markIdle() {
      // Of no interest.
    }

    @Override
    public void markActive() {
      // Of no interest.
    }

    @Override
    public SourceOutput<RawRow> createOutputForSplit(String split) {
      return this;
    }

    @Override
    public void releaseOutputForSplit(String split) {
      // All have the same one.
    }
  }
}
