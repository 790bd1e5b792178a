package io.shardyfusion.shard.rocksdb;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.machine.FileFailure;
import io.shardyfusion.machine.OpenFileLimit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Turns what RocksDB and the file system report into the exceptions of shardyfusion. */
public final class RocksDbFailures {

  private static final Pattern FILE =
      Pattern.compile("(?:[0-9]{6,20}\\.sst|MANIFEST-[0-9]{6,20}|CURRENT)");
  private static final String NO_SPACE = "no space left on device";
  private static final String FULL =
      "the disk is full; free space there, or choose another directory";
  private static final String TOO_MANY_FILES = "too many open files";
  private static final String NO_SUCH_FILE = "no such file";

  private RocksDbFailures() {}

  /** A failure to write: nothing is damaged that anybody reads. */
  public static StorageException writing(int shard, Path path, RocksDBException e) {
    Status status = e.getStatus();
    boolean full = status != null && status.getSubCode() == Status.SubCode.NoSpace;
    return writing(shard, path, e, full || says(e, NO_SPACE) ? FULL : reason(e));
  }

  /** A failure to write: nothing is damaged that anybody reads. */
  public static StorageException writing(int shard, Path path, IOException e) {
    return writing(shard, path, e, says(e, NO_SPACE) ? FULL : FileFailure.reason(e));
  }

  private static StorageException writing(int shard, Path path, Exception e, String reason) {
    return new StorageException(
        "could not write shard " + shard + " at " + path + ": " + reason, e);
  }

  /**
   * A failure to read {@code shard} in {@code directory}: damaged data, unless the status says that
   * the system could not do it.
   */
  public static ShardyfusionException reading(int shard, Path directory, RocksDBException e) {
    String message = "could not read shard " + shard + " in " + directory + ", " + fileOf(e) + ": ";
    if (isSystemFailure(e)) {
      return new StorageException(message + reason(e), e);
    }
    return new DataDamagedException(
        message
            + describe(e)
            + "; its bytes are not what RocksDB wrote: discard the local copy and fetch it again",
        e);
  }

  private static boolean isSystemFailure(RocksDBException e) {
    Status status = e.getStatus();
    if (status == null || says(e, NO_SUCH_FILE)) {
      return false;
    }
    if (says(e, TOO_MANY_FILES)) {
      return true;
    }
    return switch (status.getCode()) {
      case IOError, Incomplete, Aborted, Busy, TimedOut, TryAgain, ShutdownInProgress -> true;
      default -> status.getSubCode() == Status.SubCode.MemoryLimit;
    };
  }

  private static String reason(RocksDBException e) {
    String limit = OpenFileLimit.reason(e);
    return describe(e) + (limit == null ? "" : "; " + limit);
  }

  private static String fileOf(RocksDBException e) {
    Matcher matcher = FILE.matcher(describe(e));
    String last = null;
    while (matcher.find()) {
      last = matcher.group();
    }
    return last == null ? "one of its files" : "file " + last;
  }

  private static boolean says(Exception e, String what) {
    return describe(e).toLowerCase(Locale.ROOT).contains(what);
  }

  private static String describe(Exception e) {
    String message = e.getMessage();
    if (e instanceof RocksDBException rocks) {
      Status status = rocks.getStatus();
      if (status != null) {
        return status.getCodeString() + detail(status.getState(), message);
      }
    }
    return e.getClass().getSimpleName() + detail(message, null);
  }

  private static String detail(@Nullable String first, @Nullable String second) {
    String detail = first != null ? first : second;
    return detail == null ? "" : ": " + detail;
  }
}
