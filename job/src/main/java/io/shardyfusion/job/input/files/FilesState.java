package io.shardyfusion.job.input.files;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.core.fs.Path;

/**
 * The part of a checkpoint that belongs to a continuous input of files, besides what readers are
 * reading.
 *
 * @param waiting the files that no reader has yet
 * @param known all files that were ever found
 */
record FilesState(List<FileSourceSplit> waiting, Map<Path, KnownFile> known) {

  FilesState {
    waiting = List.copyOf(waiting);
    known = Map.copyOf(known);
  }

  /** The known files in path order. */
  Map<String, Map.Entry<Path, KnownFile>> inOrder() {
    Map<String, Map.Entry<Path, KnownFile>> sorted = new TreeMap<>();
    known.forEach((path, file) -> sorted.put(path.toString(), Map.entry(path, file)));
    return sorted;
  }
}
