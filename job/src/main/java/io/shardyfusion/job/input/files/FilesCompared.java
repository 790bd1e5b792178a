package io.shardyfusion.job.input.files;

import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.core.fs.Path;

/**
 * A reader's word to the enumerator that it has compared the files that it got, or was restored
 * with, with what is there. Where some have changed, the enumerator gives it back as it is when it
 * knows, and not before is anything read of them.
 *
 * @param files all of them; none where a reader begins without any
 * @param changed those that are others than were found
 */
record FilesCompared(List<Path> files, List<ChangedFile> changed) implements SourceEvent {

  private static final long serialVersionUID = 1L;

  FilesCompared {
    files = List.copyOf(files);
    changed = List.copyOf(changed);
  }
}
