package io.shardyfusion.job.input.files;

import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.files.listing.InputListing;
import io.shardyfusion.job.input.news.InputNews;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lists an input, and {@linkplain #watch tells} of a filesystem that does not answer, such as one
 * of a network that is gone: it neither lists nor fails, for ever maybe.
 *
 * <p>It lists on a thread of its own. A call that hangs may not be interruptible, and whoever waits
 * for it is to end nevertheless.
 *
 * <p>One thread lists, and any may watch or close.
 */
final class WatchedListing implements AutoCloseable {

  /** No filesystem is given more time than so many times that which is usual. */
  private static final int MOST_PATIENCE = 5;

  /** The subject under which the news keep its problems. */
  static final String SUBJECT = "listing";

  private final List<String> paths;
  private final Duration usual;
  private final ExecutorService lister =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "shardyfusion-input-listing");
            thread.setDaemon(true);
            return thread;
          });

  private volatile @Nullable Question open;

  /** The time that a question may be open. */
  private volatile Duration patience;

  /** A request to a filesystem, and since when it is open, by {@link System#nanoTime}. */
  private record Question(String subject, long since) {

    Duration age() {
      return Duration.ofNanos(System.nanoTime() - since);
    }
  }

  /**
   * Ready to list.
   *
   * @param paths files, directories and globs
   * @param usual how long a filesystem may take for one answer. It is given more after it took more
   *     for one, so that a directory which always takes long is told of once
   */
  WatchedListing(List<String> paths, Duration usual) {
    this.paths = List.copyOf(paths);
    this.usual = usual;
    this.patience = usual;
  }

  /**
   * Lists once, and tells in the log meanwhile where it does not go on.
   *
   * @param how is given what to tell before each question
   * @throws StorageException if the thread is interrupted
   */
  static InputListing once(
      List<String> paths,
      Duration usual,
      BiFunction<List<String>, Consumer<String>, InputListing> how) {
    try (WatchedListing watched = new WatchedListing(paths, usual);
        InputNews news = InputNews.start(null, watched::watch)) {
      InputListing listing = watched.list(how);
      news.over(SUBJECT);
      return listing;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while the input was listed", e);
    }
  }

  List<String> paths() {
    return paths;
  }

  /** Lists the paths as {@link InputListing#of} does. */
  InputListing list() throws InterruptedException {
    return list(InputListing::of);
  }

  private InputListing list(BiFunction<List<String>, Consumer<String>, InputListing> how)
      throws InterruptedException {
    Future<InputListing> listed =
        lister.submit(
            () -> {
              try {
                return how.apply(paths, this::asks);
              } finally {
                answered();
              }
            });
    try {
      return listed.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e);
    } catch (CancellationException e) {
      throw new InterruptedException("closed while it listed");
    }
  }

  private void asks(String subject) {
    answered();
    open = new Question(subject, System.nanoTime());
  }

  private void answered() {
    Question answered = open;
    open = null;
    if (answered == null || answered.age().compareTo(patience) < 0) {
      return;
    }
    Duration longer = answered.age().multipliedBy(2);
    Duration most = usual.multipliedBy(MOST_PATIENCE);
    patience = longer.compareTo(most) < 0 ? longer : most;
  }

  /** Tells of a question that is open for too long; the next listing that ends is its end. */
  void watch(InputNews news) {
    Question asked = open;
    Duration given = patience;
    if (asked != null && asked.age().compareTo(given) >= 0) {
      news.problem(
          SUBJECT,
          """
          the filesystem has not answered for %s s when asked for the input %s, so no files \
          are found until it does: check it, and the way to it"""
              .formatted(given.toSeconds(), asked.subject()));
    }
  }

  /** Ends, without waiting for a filesystem that does not answer. */
  @Override
  public void close() {
    lister.shutdownNow();
  }
}
