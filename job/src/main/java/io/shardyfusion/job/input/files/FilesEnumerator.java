package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.files.listing.InputListing;
import io.shardyfusion.job.input.news.InputGauge;
import io.shardyfusion.job.input.news.InputNews;
import io.shardyfusion.job.input.news.InputRun;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Looks for files at each interval, and gives them to readers one by one, in the order in which
 * they were found. What cannot be listed or read is {@linkplain InputNews told}, and the rest is
 * read: nothing that a listing meets ends the job, or hides what else is there.
 *
 * <p>Flink's worker thread waits for a listing; all else is on its coordinator's thread.
 */
final class FilesEnumerator implements SplitEnumerator<FileSourceSplit, FilesState> {

  private final SplitEnumeratorContext<FileSourceSplit> context;
  private final Duration interval;
  private final WatchedListing listing;
  private final InputNews news;
  private final FoundOrderAssigner files;
  private final KnownFiles known;
  private final UncomparedFiles uncompared = new UncomparedFiles();
  private final Map<Integer, @Nullable String> readersAwaiting = new LinkedHashMap<>();

  /** The paths that were left out by the last listing. */
  private Set<String> skipped = Set.of();

  /** Flink closes this before it ends its threads. */
  private volatile boolean isClosed;

  FilesEnumerator(
      SplitEnumeratorContext<FileSourceSplit> context,
      WatchedListing listing,
      Duration interval,
      @Nullable InputRun run,
      InputGauge gauge,
      FilesState state) {
    this.context = context;
    this.listing = listing;
    this.interval = interval;
    this.news = InputNews.start(run, listing::watch);
    gauge.show(news, context.metricGroup());
    this.files = new FoundOrderAssigner(state.waiting());
    this.known = new KnownFiles(state.known());
  }

  @Override
  public void start() {
    context.callAsync(listing::list, this::take, 0, interval.toMillis());
  }

  private void take(@Nullable InputListing found, @Nullable Throwable error) {
    if (isClosed) {
      return; // So a listing that failed did so because it was ended.
    }
    if (found == null) {
      news.problem(
          WatchedListing.SUBJECT,
          "the input " + String.join(", ", listing.paths()) + " cannot be listed: " + error);
      return;
    }
    Set<Path> waiting =
        files.remainingSplits().stream()
            .map(FileSourceSplit::path)
            .collect(Collectors.toCollection(HashSet::new));
    Set<Integer> readers = context.registeredReaders().keySet();
    boolean allKnown =
        readers.size() == context.currentParallelism() && uncompared.isComplete(readers);
    files.addSplits(
        known.take(
            found,
            path -> !allKnown || waiting.contains(path) || uncompared.has(path),
            news::happened));
    news.problems(problemsOf(found));
    tellSkipped(found.skipped());
    assign();
  }

  private SortedMap<String, String> problemsOf(InputListing found) {
    SortedMap<String, String> problems = new TreeMap<>();
    found.problems().forEach((subject, problem) -> problems.put(subject, problem.message()));
    found
        .missing()
        .forEach(
            (text, path) -> {
              // A file that was read may go.
              if (!known.has(path)) {
                problems.put(text, "the input " + text + " is not there any longer");
              }
            });
    return problems;
  }

  private void tellSkipped(Collection<String> names) {
    List<String> unseen = names.stream().filter(name -> !skipped.contains(name)).toList();
    if (!unseen.isEmpty()) {
      news.log(InputFiles.skipped(unseen));
    }
    skipped = Set.copyOf(names);
  }

  private void assign() {
    Iterator<Map.Entry<Integer, @Nullable String>> readers = readersAwaiting.entrySet().iterator();
    while (readers.hasNext()) {
      Map.Entry<Integer, @Nullable String> reader = readers.next();
      // One that failed since it asked will ask again.
      if (context.registeredReaders().containsKey(reader.getKey())) {
        Optional<FileSourceSplit> next = files.getNext(reader.getValue());
        if (next.isEmpty()) {
          return;
        }
        uncompared.isGiven(reader.getKey(), next.get().path());
        context.assignSplit(next.get(), reader.getKey());
      }
      readers.remove();
    }
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    readersAwaiting.put(subtask, host);
    assign();
  }

  @Override
  public void handleSourceEvent(int subtask, SourceEvent event) {
    if (!(event instanceof FilesCompared compared)) {
      return;
    }
    uncompared.areCompared(subtask, compared.files());
    for (ChangedFile file : compared.changed()) {
      known.read(file);
      news.happened(file.message());
    }
    if (!compared.changed().isEmpty() && context.registeredReaders().containsKey(subtask)) {
      context.sendEventToSourceReader(subtask, compared);
    }
  }

  @Override
  public void addSplitsBack(List<FileSourceSplit> splits, int subtask) {
    files.addSplits(splits);
  }

  @Override
  public void addReader(int subtask) {
    // It asks when it wants a file.
    uncompared.begins(subtask);
  }

  @Override
  public FilesState snapshotState(long checkpoint) {
    return new FilesState(List.copyOf(files.remainingSplits()), known.copy());
  }

  @Override
  public void close() {
    isClosed = true;
    listing.close();
    news.close();
  }
}
