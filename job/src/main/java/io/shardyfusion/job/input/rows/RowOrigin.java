package io.shardyfusion.job.input.rows;

import java.util.List;
import org.apache.flink.core.fs.Path;

/**
 * The origin of a reader's rows. One instance is shared by all rows that a reader cuts from its
 * file or takes from a partition.
 */
public sealed interface RowOrigin {

  /** The column names of a csv file; empty for jsonl. */
  List<String> header();

  /** The origin as messages show it. */
  String shown();

  /**
   * A file; a row's line counts from the base, beginning with 0.
   *
   * @param path the file
   * @param base the offset in the decompressed file from which the reader counts lines
   * @param header the column names of a csv file; empty for jsonl
   */
  record InFile(Path path, long base, List<String> header) implements RowOrigin {

    /** Copies. */
    public InFile {
      header = List.copyOf(header);
    }

    @Override
    public String shown() {
      return ShownPath.of(path);
    }
  }

  /**
   * A partition of a topic of Kafka; a row's line is its offset.
   *
   * @param topic the topic's name
   * @param partition the partition's number
   */
  record InTopic(String topic, int partition) implements RowOrigin {

    @Override
    public List<String> header() {
      return List.of();
    }

    @Override
    public String shown() {
      return "topic " + topic + ", partition " + partition;
    }
  }
}
