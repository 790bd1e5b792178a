package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.util.List;

/** The source of rows: files or a Kafka topic. */
public sealed interface RowSource extends Serializable permits RowSource.Files, KafkaOptions {

  /**
   * Files of any filesystem that Flink knows.
   *
   * @param paths files, directories and globs, at least one
   */
  record Files(List<String> paths) implements RowSource {

    private static final long serialVersionUID = 1L;

    /** Checks and copies. */
    public Files {
      paths = List.copyOf(paths);
      if (paths.isEmpty()) {
        throw new InvalidRequestException(
            "no input path is given; name at least one file, directory or glob");
      }
      for (String path : paths) {
        if (path.isBlank()) {
          throw new InvalidRequestException(
              "an input path is empty; name a file, directory or glob");
        }
      }
    }
  }
}
