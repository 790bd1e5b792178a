package io.shardyfusion.job.input.news;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.Limits;
import io.shardyfusion.format.RunWarning;
import io.shardyfusion.lifecycle.WorkerThreads;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.open.ObjectStores;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what is wrong with the input of a continuous job and does not end it: in the log (standard
 * error of the command line), in the gauge {@value InputGauge#NAME}, and in the record of the run.
 *
 * <p>A <b>problem</b> lasts: it is told when it is first met, again after 1, 2, 4, … and then every
 * 60 minutes, and once when it is over. A <b>happening</b> is told once.
 *
 * <p>One belongs to the enumerator of a source. Thread-safe. A thread of its own tells again, and
 * another writes the record, so that neither the source nor the telling waits for the store.
 */
public final class InputNews implements AutoCloseable {

  /** The most problems, and the most happenings, of a record. */
  private static final int RECORDED = Limits.MAX_WARNINGS / 2;

  private static final Duration FIRST_REMINDER = Duration.ofMinutes(1);
  private static final Duration LAST_REMINDER = Duration.ofHours(1);

  /** Interval at which the record is looked at while it is to have warnings. */
  private static final Duration RECORD_CHECK = Duration.ofSeconds(30);

  /** Time until it is looked at again where it was not there yet, or others were writing it. */
  private static final Duration RECORD_RETRY = Duration.ofSeconds(3);

  private static final long TICK_MILLIS = 1000;

  /** The command line shows all of it, without the name. */
  private static final Logger LOG = LoggerFactory.getLogger(InputNews.class);

  private final @Nullable InputRun run;
  private final Clock clock;
  private final Map<String, Problem> problems = new LinkedHashMap<>();
  private final Deque<RunWarning> happenings = new ArrayDeque<>();
  private final @Nullable ScheduledExecutorService ticker;

  /**
   * When the record is to be written next; null: when there is something new. At the beginning too:
   * it may still have what an attempt before this one met.
   */
  private @Nullable Instant recordDue;

  /** Opened when it is needed, by the thread that writes. */
  private @Nullable ObjectStore store;

  private boolean isClosed;

  /** A problem that was met. */
  private static final class Problem {
    private final String message;
    private final Instant since;
    private Duration wait = FIRST_REMINDER;
    private Instant reminder;

    Problem(String message, Instant now) {
      this.message = message;
      this.since = now;
      this.reminder = now.plus(wait);
    }
  }

  private InputNews(
      @Nullable InputRun run, Clock clock, @Nullable ScheduledExecutorService ticker) {
    this.run = run;
    this.clock = clock;
    this.ticker = ticker;
    this.recordDue = clock.instant();
  }

  /**
   * Begins, with threads that tick.
   *
   * @param run whose record is written, or null for none
   */
  public static InputNews start(@Nullable InputRun run) {
    return start(run, news -> {});
  }

  /**
   * The same as {@link #start(InputRun)}.
   *
   * @param watch is called each second, by the thread that ticks, and may tell of problems
   */
  public static InputNews start(@Nullable InputRun run, Consumer<InputNews> watch) {
    ScheduledExecutorService ticker =
        Executors.newScheduledThreadPool(run == null ? 1 : 2, WorkerThreads.named("input-news"));
    InputNews news = new InputNews(run, Clock.systemUTC(), ticker);
    each(
        ticker,
        () -> {
          news.attempt("looking at the input", () -> watch.accept(news));
          news.remind();
        });
    if (run != null) {
      each(ticker, news::recordWhereDue);
    }
    return news;
  }

  private static void each(ScheduledExecutorService ticker, Runnable task) {
    var unused =
        ticker.scheduleWithFixedDelay(task, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Begins without a thread: whoever has it ticks. */
  static InputNews ticking(@Nullable InputRun run, Clock clock) {
    return new InputNews(run, clock, null);
  }

  /** The number of problems. */
  synchronized int count() {
    return problems.size();
  }

  /**
   * All problems that there are now, as sentences without their full stop, by what has them; what
   * is not among them any more is over.
   */
  public synchronized void problems(SortedMap<String, String> now) {
    Set<String> over = new LinkedHashSet<>(problems.keySet());
    over.removeAll(now.keySet());
    over.forEach(this::over);
    now.forEach(this::problem);
  }

  /** A problem that there is. */
  public synchronized void problem(String subject, String message) {
    Problem known = problems.get(subject);
    if (known == null || !known.message.equals(message)) {
      problems.put(subject, new Problem(message, clock.instant()));
      recordDue = clock.instant();
      LOG.warn("{}", message);
    }
  }

  /** Tells that a problem is over, if there was one. */
  public synchronized void over(String subject) {
    Problem known = problems.remove(subject);
    if (known != null) {
      recordDue = clock.instant();
      LOG.info("this is over: {}", known.message);
    }
  }

  /** Something that happened. */
  public synchronized void happened(String message) {
    LOG.warn("{}", message);
    happenings.addLast(new RunWarning(clock.instant(), false, message));
    if (happenings.size() > RECORDED) {
      happenings.removeFirst();
    }
    recordDue = clock.instant();
  }

  /** Something that the log only is to have. */
  public void log(String message) {
    LOG.info("{}", message);
  }

  /** Tells again what persists, and writes the record where it is time. */
  void tick() {
    remind();
    recordWhereDue();
  }

  private void recordWhereDue() {
    if (run != null && takeDue()) {
      attempt("writing the record of run " + run.runId(), () -> record(run));
    }
  }

  /** A defect there must not keep everything else from being told. */
  private void attempt(String what, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.warn("{} failed, and is tried again: {}", what, e.toString(), e);
    }
  }

  private synchronized void remind() {
    Instant now = clock.instant();
    for (Problem problem : problems.values()) {
      if (!problem.reminder.isAfter(now)) {
        LOG.warn("{}; it has been so since {}", problem.message, problem.since);
        problem.wait =
            problem.wait.multipliedBy(2).compareTo(LAST_REMINDER) < 0
                ? problem.wait.multipliedBy(2)
                : LAST_REMINDER;
        problem.reminder = now.plus(problem.wait);
      }
    }
  }

  private synchronized boolean takeDue() {
    Instant due = recordDue;
    boolean isDue = due != null && !due.isAfter(clock.instant());
    if (isDue) {
      recordDue = null;
    }
    return isDue;
  }

  private void record(InputRun recorded) {
    boolean written = false;
    try {
      ObjectStore opened = opened(recorded);
      written = opened != null && new RunRecords(opened).warn(recorded.runId(), this::merged);
    } catch (ShardyfusionException e) {
      LOG.debug("The record of run {} could not be written.", recorded.runId(), e);
    } finally {
      recorded(written);
    }
  }

  /** The store, which takes a while to open; null: closed meanwhile. */
  private @Nullable ObjectStore opened(InputRun recorded) {
    synchronized (this) {
      if (store != null || isClosed) {
        return store;
      }
    }
    ObjectStore opened = ObjectStores.open(recorded.dataset(), recorded.store());
    synchronized (this) {
      if (!isClosed) {
        store = opened;
        return opened;
      }
    }
    opened.close();
    return null;
  }

  private synchronized void recorded(boolean written) {
    boolean isQuiet = written && problems.isEmpty() && happenings.isEmpty();
    if (recordDue == null && !isQuiet) {
      recordDue = clock.instant().plus(written ? RECORD_CHECK : RECORD_RETRY);
    }
  }

  /** The warnings of now, together with those of what happened before this began. */
  private synchronized List<RunWarning> merged(List<RunWarning> recorded) {
    List<RunWarning> happened = new ArrayList<>(recorded);
    happened.removeIf(RunWarning::lasts);
    happenings.stream().filter(h -> !happened.contains(h)).forEach(happened::add);
    List<RunWarning> all =
        new ArrayList<>(happened.subList(Math.max(0, happened.size() - RECORDED), happened.size()));
    problems.values().stream()
        .limit(RECORDED)
        .map(problem -> new RunWarning(problem.since, true, problem.message))
        .forEach(all::add);
    all.sort(Comparator.comparing(RunWarning::since));
    return all;
  }

  @Override
  public void close() {
    if (ticker != null) {
      ticker.shutdownNow();
    }
    ObjectStore opened;
    synchronized (this) {
      isClosed = true;
      opened = store;
      store = null;
    }
    if (opened != null) {
      opened.close();
    }
  }
}
