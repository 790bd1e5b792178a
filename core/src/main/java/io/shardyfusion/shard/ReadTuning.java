package io.shardyfusion.shard;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.TableProfile;

/**
 * The settings by which the databases of one version are read: those that do not depend on the
 * single shard, and are not shared by versions.
 *
 * @param access how table files are read
 * @param maxOpenFiles the table files that a database keeps open, at least {@link #MIN_OPEN_FILES}.
 *     One with more opens and closes files as lookups need them, which is slow
 */
public record ReadTuning(TableAccess access, int maxOpenFiles) {

  /** The least number of files that a database may keep open. */
  public static final int MIN_OPEN_FILES = 20;

  /** Reads by system calls, and keeps every file open. */
  public static final ReadTuning DEFAULT = new ReadTuning(TableAccess.READ, Integer.MAX_VALUE);

  /** The way in which table files are read. */
  public enum TableAccess {
    /** By system calls, into the block cache. */
    READ,
    /** Mapped into memory: what is not compressed is used where it lies, and not cached again. */
    MAPPED
  }

  /** Checks the number of files. */
  public ReadTuning {
    if (maxOpenFiles < MIN_OPEN_FILES) {
      throw new InvalidRequestException(
          "a database must be allowed at least "
              + MIN_OPEN_FILES
              + " open files, found "
              + maxOpenFiles);
    }
  }

  /**
   * The settings that suit a version: files are mapped where the profile leaves them uncompressed,
   * and the budget of open files is shared evenly.
   *
   * @param profile the table profile that the manifest records, known here or not
   * @param openFiles the budget for all shards together; each gets {@link #MIN_OPEN_FILES} whatever
   *     it says
   * @param shards how many there are
   */
  public static ReadTuning of(String profile, int openFiles, int shards) {
    boolean uncompressed = profile.equals(TableProfile.LATENCY.externalName());
    return new ReadTuning(
        uncompressed ? TableAccess.MAPPED : TableAccess.READ,
        Math.max(MIN_OPEN_FILES, openFiles / shards));
  }
}
