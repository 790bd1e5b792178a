package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.rows.ShownPath;
import java.io.Serializable;
import org.apache.flink.core.fs.Path;

/**
 * A file that is not the one that was found when a reader is to begin it, or to go on with it.
 *
 * @param path the file
 * @param length its size now; 0 where it is gone or empty, and is passed over
 * @param modificationTime when it was last changed; 0 where it is gone
 */
record ChangedFile(Path path, long length, long modificationTime) implements Serializable {

  private static final long serialVersionUID = 1L;

  boolean isPassedOver() {
    return length == 0;
  }

  /** The news as a sentence without its full stop. */
  String message() {
    return "the input file "
        + ShownPath.of(path)
        + (isPassedOver()
            ? " is gone or empty, before it was read to its end: what was not read of it is left out"
            : " was changed before it was read to its end: it is read whole, as it is now");
  }
}
