package io.shardyfusion.reader;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.lifecycle.Cleanup;
import io.shardyfusion.shard.ReadTuning;
import io.shardyfusion.shard.ShardDatabase;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A shard that is opened at its first use. Thread-safe, but {@link #close()} comes after the last
 * use.
 *
 * <p>One thread opens, and those that come meanwhile wait for it and share its outcome; so many
 * threads that meet an unreachable store fail together, not one after the other. A failure is not
 * kept: the next use tries again. A thread that was interrupted while it opened speaks only for
 * itself, and one of those that waited takes over.
 *
 * <p>A lookup that meets damage has the local files proved again. If one of them is at fault, the
 * shard is opened anew from what the store has, and the lookup is made once more. The damaged
 * database stays open until the end, since others may be inside.
 */
final class LazyShard implements AutoCloseable {

  private final ShardEntry entry;
  private final ReadTuning tuning;
  private final ShardOpener opener;

  private volatile @Nullable OpenShard open;

  /** The opening under way; guarded by this. Its result is null if it was given up. */
  private @Nullable CompletableFuture<@Nullable OpenShard> opening;

  /** The one whose files were found to be sound; guarded by this. */
  private @Nullable OpenShard proved;

  /** The open shards that were replaced because of damage; guarded by this. */
  private final List<OpenShard> replaced = new ArrayList<>();

  /** Guarded by this. */
  private boolean closed;

  LazyShard(ShardEntry entry, ReadTuning tuning, ShardOpener opener) {
    this.entry = entry;
    this.tuning = tuning;
    this.opener = opener;
  }

  /** The manifest's entry for it. */
  ShardEntry entry() {
    return entry;
  }

  /** The value of a stored key, or null if there is none. */
  byte @Nullable [] get(byte[] storedKey) {
    OpenShard shard = shard();
    try {
      return shard.database().get(storedKey);
    } catch (DataDamagedException e) {
      return repaired(shard, e).get(storedKey);
    }
  }

  /** Puts the value of a stored key into a direct buffer: see {@link ShardDatabase}. */
  int get(byte[] storedKey, ByteBuffer value) {
    OpenShard shard = shard();
    try {
      return shard.database().get(storedKey, value);
    } catch (DataDamagedException e) {
      return repaired(shard, e).get(storedKey, value);
    }
  }

  /** Puts the values of the stored keys {@code [from, to)} at their places; null for none. */
  void multiGet(byte[][] storedKeys, int from, int to, byte[] @Nullable [] values) {
    OpenShard shard = shard();
    try {
      shard.database().multiGet(storedKeys, from, to, values);
    } catch (DataDamagedException e) {
      repaired(shard, e).multiGet(storedKeys, from, to, values);
    }
  }

  /** A cursor over the rows of a range, for a caller that has pinned the snapshot. */
  ShardCursor scan(Snapshot snapshot, StoredRange range) {
    OpenShard shard = shard();
    try {
      return new ShardCursor(snapshot, this, shard, range);
    } catch (DataDamagedException e) {
      if (!repairable(shard, e)) {
        throw e;
      }
      return new ShardCursor(snapshot, this, shard(), range);
    }
  }

  /** Returns whether it is open, so that the next use costs no download. */
  boolean isOpen() {
    return open != null;
  }

  /** The open shard. */
  OpenShard shard() {
    OpenShard shard = open;
    return shard != null ? shard : openOrWait(null);
  }

  /** Opens it, if it is not open yet, from the descriptor of which all files were just fetched. */
  void openFetched(ShardDescriptor fetched) {
    if (open == null) {
      openOrWait(fetched);
    }
  }

  /**
   * Looks for the cause of a damage that {@code shard} showed; where it is a local file, forgets
   * the shard, so that the next use opens it anew.
   *
   * @return whether the next use is worth it
   */
  synchronized boolean repairable(OpenShard shard, DataDamagedException damage) {
    if (open != shard) {
      return true;
    }
    if (proved == shard) {
      return false;
    }
    if (!opener.evictDamaged(entry, damage)) {
      proved = shard;
      return false;
    }
    replaced.add(shard);
    open = null;
    return true;
  }

  /**
   * Opens the shard anew, because its local files were damaged and replaced; until it is open,
   * lookups go on in the database that is open now. Does nothing if it is not open.
   *
   * @throws io.shardyfusion.ShardyfusionException if it cannot be opened; then it stays as it is
   */
  void reopen() {
    OpenShard before = open;
    if (before == null) {
      return;
    }
    OpenShard next = opener.open(entry, tuning);
    synchronized (this) {
      if (!closed && open == before) {
        replaced.add(before);
        open = next;
        return;
      }
    }
    next.close();
  }

  /** The database to try again with; what {@code damage} showed is thrown if there is none. */
  private ShardDatabase repaired(OpenShard shard, DataDamagedException damage) {
    if (!repairable(shard, damage)) {
      throw damage;
    }
    return shard().database();
  }

  /** Closes the database, if it was opened. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    List<OpenShard> all = new ArrayList<>(replaced);
    OpenShard shard = open;
    if (shard != null) {
      all.add(shard);
    }
    replaced.clear();
    open = null;
    Cleanup.all(all);
  }

  private OpenShard openOrWait(@Nullable ShardDescriptor fetched) {
    while (true) {
      CompletableFuture<@Nullable OpenShard> attempt;
      boolean mine = false;
      synchronized (this) {
        OpenShard shard = open;
        if (shard != null) {
          return shard;
        }
        if (opening == null) {
          opening = new CompletableFuture<>();
          mine = true;
        }
        attempt = opening;
      }
      OpenShard shard = mine ? open(attempt, fetched) : await(attempt);
      if (shard != null) {
        return shard;
      }
    }
  }

  private OpenShard open(
      CompletableFuture<@Nullable OpenShard> attempt, @Nullable ShardDescriptor fetched) {
    try {
      OpenShard shard =
          fetched == null ? opener.open(entry, tuning) : opener.openFetched(fetched, tuning);
      synchronized (this) {
        open = shard;
        opening = null;
      }
      attempt.complete(shard);
      return shard;
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        opening = null;
      }
      if (Thread.currentThread().isInterrupted()) {
        attempt.complete(null);
      } else {
        attempt.completeExceptionally(e);
      }
      throw e;
    }
  }

  private @Nullable OpenShard await(CompletableFuture<@Nullable OpenShard> attempt) {
    try {
      return attempt.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(
          "the thread was interrupted while it waited for shard " + entry.shard() + " to be opened",
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }
}
