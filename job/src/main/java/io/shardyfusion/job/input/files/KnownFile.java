package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.files.listing.FileTree;
import io.shardyfusion.job.input.files.listing.InputFile;

/**
 * A file of a continuous input, as it was when it was looked at last.
 *
 * @param length its size, or {@link #UNKNOWN} where an older release kept the path only
 * @param modificationTime when it was last changed
 * @param isThere whether it still was; one that is gone, or empty, and comes back as another is new
 */
record KnownFile(long length, long modificationTime, boolean isThere) {

  /** The length of a file of which the path only is known. */
  static final long UNKNOWN = -1;

  static KnownFile of(InputFile file) {
    return new KnownFile(file.length(), file.modificationTime(), true);
  }

  /** Returns whether that is the same file, as far as a filesystem tells. */
  boolean isSame(InputFile file) {
    return length == UNKNOWN
        || (length == file.length()
            && FileTree.isSameTime(file.path(), modificationTime, file.modificationTime()));
  }

  KnownFile gone() {
    return new KnownFile(length, modificationTime, false);
  }
}
