package io.shardyfusion.pointer;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.retries.api.BackoffStrategy;

/**
 * The one way to change a pointer: read it, have the {@linkplain PointerEdit edit} decide, replace
 * it by compare-and-set; again where another was faster. After an ambiguous answer the pointer is
 * read before anything is decided. Thread-safe. Does not own the store.
 */
final class PointerSwap {

  static final int MAX_ATTEMPTS = 20;

  /** With full jitter: half a minute in all or so, where a store fails all the time. */
  static final BackoffStrategy BACKOFF =
      BackoffStrategy.exponentialDelay(Duration.ofMillis(100), Duration.ofSeconds(4));

  private final ObjectStore store;
  private final Dataset dataset;
  private final BackoffStrategy backoff;

  /**
   * For the dataset at the root of {@code store}.
   *
   * @param backoff the time to wait before another attempt
   */
  PointerSwap(ObjectStore store, BackoffStrategy backoff) {
    this.store = store;
    this.dataset = new Dataset(store);
    this.backoff = backoff;
  }

  /**
   * Applies an edit to the pointer as it stands.
   *
   * @throws StorageException if the store failed, or the calling thread was interrupted; the
   *     pointer is as it was, or has this edit
   */
  EditOutcome apply(PointerEdit edit) {
    @Nullable Unsure unsure = null;
    for (int attempt = 0; ; attempt++) {
      if (attempt > 0) {
        pause(attempt, edit, unsure);
      }
      Optional<PointerState> state = read(edit, unsure);
      Optional<Pointer> found = state.map(PointerState::pointer);
      PointerEdit.Decision decision = edit.decide(found);
      if (decision instanceof PointerEdit.Keep keep) {
        return unsure == null
            ? new EditOutcome.Unchanged(keep.found())
            : new EditOutcome.Replaced(unsure.before(), keep.found(), EditOutcome.Proof.READ_BACK);
      }
      if (decision instanceof PointerEdit.Refuse refuse) {
        if (unsure != null) {
          refuse.reason().addSuppressed(unsure.answer());
        }
        return new EditOutcome.Refused(refuse.reason());
      }
      if (attempt == MAX_ATTEMPTS) {
        throw exhausted(edit, unsure);
      }
      Pointer next = ((PointerEdit.Replace) decision).next();
      try {
        if (store.writeIf(Layout.POINTER, PointerParser.toJson(next), expectation(state))
            instanceof ConditionalWrite.Written) {
          return new EditOutcome.Replaced(found, next, EditOutcome.Proof.ANSWERED);
        }
      } catch (AmbiguousWriteException e) {
        unsure = new Unsure(found, e);
      }
    }
  }

  private Optional<PointerState> read(PointerEdit edit, @Nullable Unsure unsure) {
    try {
      return dataset.pointer();
    } catch (StorageException e) {
      if (unsure == null) {
        throw e;
      }
      throw unsure.unresolved(e.getMessage() + "; " + unknown(edit), e);
    }
  }

  private static String unknown(PointerEdit edit) {
    return "whether anything was " + edit.done() + " is unknown: see the dataset's history";
  }

  /** An attempt that may have taken effect. */
  private record Unsure(Optional<Pointer> before, AmbiguousWriteException answer) {

    AmbiguousWriteException unresolved(String message, Throwable cause) {
      AmbiguousWriteException unresolved = new AmbiguousWriteException(message, cause);
      unresolved.addSuppressed(answer);
      return unresolved;
    }
  }

  private static Expectation expectation(Optional<PointerState> state) {
    return state
        .<Expectation>map(s -> new Expectation.Unchanged(s.tag()))
        .orElseGet(Expectation.Absent::new);
  }

  private void pause(int attempt, PointerEdit edit, @Nullable Unsure unsure) {
    try {
      // The strategy counts the attempt that has failed, too: it has nothing wait for the first.
      TimeUnit.NANOSECONDS.sleep(backoff.computeDelay(attempt + 1).toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      String what = "interrupted while the pointer of " + store.root() + " was to be replaced; ";
      throw unsure == null
          ? new StorageException(what + "nothing was " + edit.done(), e)
          : unsure.unresolved(what + unknown(edit), e);
    }
  }

  private StorageException exhausted(PointerEdit edit, @Nullable Unsure unsure) {
    return new StorageException(
        "the pointer of "
            + store.root()
            + " could not be replaced in "
            + MAX_ATTEMPTS
            + " attempts, because others replaced it or the store's answers were ambiguous;"
            + " nothing was "
            + edit.done()
            + "; see what writes to the dataset, then run again",
        unsure == null ? null : unsure.answer());
  }
}
