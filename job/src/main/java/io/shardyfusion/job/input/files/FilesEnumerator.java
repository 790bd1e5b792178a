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
 * <p>Flink's worker thread lists; all else is on its coordinator's thread.
 */
final class FilesEnumerator implements SplitEnumerator<FileSourceSplit, FilesState> {

  /** A listing that takes so long is a problem. */
  private static final Duration SLOW = Duration.ofMinutes(1);

  private static final String LISTING = "listing";

  private final SplitEnumeratorContext<FileSourceSplit> context;
  private final List<String> paths;
  private final Duration interval;
  private final InputNews news;
  private final FirstFoundFirst files;
  private final KnownFiles known;
  private final Map<Integer, @Nullable String> readersAwaiting = new LinkedHashMap<>();

  /** What was left out when it was last listed. */
  private Set<String> skipped = Set.of();

  /** When the listing that is under way began, by the clock of {@link System#nanoTime}, or 0. */
  private volatile long listingSince;

  FilesEnumerator(
      SplitEnumeratorContext<FileSourceSplit> context,
      List<String> paths,
      Duration interval,
      @Nullable InputRun run,
      InputGauge gauge,
      FilesState state) {
    this.context = context;
    this.paths = paths;
    this.interval = interval;
    this.news = InputNews.start(run, this::watchListing);
    gauge.show(news, context.metricGroup());
    this.files = new FirstFoundFirst(state.waiting());
    this.known = new KnownFiles(state.known());
  }

  @Override
  public void start() {
    context.callAsync(this::list, this::take, 0, interval.toMillis());
  }

  private InputListing list() {
    long now = System.nanoTime();
    listingSince = now == 0 ? 1 : now;
    try {
      return InputListing.of(paths);
    } finally {
      listingSince = 0;
    }
  }

  /** A filesystem that does not answer holds Flink's worker thread, which then tells nothing. */
  private void watchListing(InputNews told) {
    long since = listingSince;
    if (since != 0 && System.nanoTime() - since > SLOW.toNanos()) {
      told.problem(
          LISTING,
          "the listing of the input "
              + String.join(", ", paths)
              + " does not end, so no new files are found: does its filesystem answer?");
    }
  }

  private void take(@Nullable InputListing listing, @Nullable Throwable error) {
    if (listing == null) {
      news.problem(
          LISTING, "the input " + String.join(", ", paths) + " cannot be listed: " + error);
      return;
    }
    Set<Path> waiting =
        files.remainingSplits().stream()
            .map(FileSourceSplit::path)
            .collect(Collectors.toCollection(HashSet::new));
    // Readers register when they have compared what they were restored with.
    boolean allCompared = context.registeredReaders().size() == context.currentParallelism();
    files.addSplits(
        known.take(listing, path -> !allCompared || waiting.contains(path), news::happened));
    news.problems(problemsOf(listing));
    tellSkipped(listing.skipped());
    assign();
  }

  private SortedMap<String, String> problemsOf(InputListing listing) {
    SortedMap<String, String> problems = new TreeMap<>();
    listing.problems().forEach((subject, problem) -> problems.put(subject, problem.message()));
    listing
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
    if (event instanceof FileEvent file) {
      known.read(file);
      news.happened(file.message());
    }
  }

  @Override
  public void addSplitsBack(List<FileSourceSplit> splits, int subtask) {
    files.addSplits(splits);
  }

  @Override
  public void addReader(int subtask) {
    // It asks when it wants a file.
  }

  @Override
  public FilesState snapshotState(long checkpoint) {
    return new FilesState(List.copyOf(files.remainingSplits()), known.copy());
  }

  @Override
  public void close() {
    news.close();
  }
}
