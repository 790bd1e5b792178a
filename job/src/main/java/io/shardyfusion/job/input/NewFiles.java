package io.shardyfusion.job.input;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.core.fs.Path;

/**
 * Lists the files below the paths of a continuous input, each as one split, in path order; the
 * source leaves out those that it listed before. A file that is empty is left until it has content.
 *
 * <p>Nothing about a file is checked here, because the source only logs a listing that fails and
 * tries again at the next interval; the reader checks, and fails the job.
 */
final class NewFiles implements FileEnumerator {

  private final List<String> paths;

  private NewFiles(List<String> paths) {
    this.paths = paths;
  }

  static FileEnumerator.Provider provider(List<String> paths) {
    return () -> new NewFiles(paths);
  }

  @Override
  public Collection<FileSourceSplit> enumerateSplits(Path[] ignored, int minDesiredSplits) {
    List<FileSourceSplit> splits = new ArrayList<>();
    for (InputFile file : InputFiles.discover(paths).files()) {
      if (file.length() > 0) {
        splits.add(
            new FileSourceSplit(
                file.path().toString(),
                file.path(),
                0,
                file.length(),
                file.modificationTime(),
                file.length()));
      }
    }
    return splits;
  }
}
