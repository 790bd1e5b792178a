package io.shardyfusion.job.input;

import java.util.List;
import org.apache.flink.core.fs.Path;

/**
 * Where a reader's rows come from. One instance is shared by all rows that a reader cuts from its
 * file.
 *
 * @param path the file
 * @param base the offset in the decompressed file from which the reader counts lines
 * @param header the column names of a csv file; empty for jsonl
 */
record RowOrigin(Path path, long base, List<String> header) {

  RowOrigin {
    header = List.copyOf(header);
  }
}
