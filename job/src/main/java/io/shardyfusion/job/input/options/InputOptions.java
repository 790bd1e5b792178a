package io.shardyfusion.job.input.options;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.key.KeyType;
import io.shardyfusion.routing.Sharding;
import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The input of a job, and the way from rows to keys and values. An immutable value.
 *
 * @param source where rows come from
 * @param format how a file or a record holds rows
 * @param key where the key is and how it is stored
 * @param value what becomes the value
 * @param deletes which rows delete their key, or null if none does
 * @param eventTime where the time of a row is, or null if rows have none
 * @param onBadRow what happens to a row that cannot be used
 */
public record InputOptions(
    RowSource source,
    RowFormat format,
    KeyColumn key,
    ValueSelection value,
    @Nullable DeleteRule deletes,
    @Nullable EventTime eventTime,
    BadRowPolicy onBadRow)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Checks that the parts fit each other. */
  public InputOptions {
    if (source instanceof KafkaOptions && !(format instanceof RowFormat.Jsonl)) {
      throw new InvalidRequestException(
          "records of Kafka are read as jsonl, one JSON object each, not as csv; leave --format out");
    }
    if (source instanceof KafkaOptions kafka
        && kafka.keyFormat() != RecordKeyFormat.TEXT
        && key.type() != KeyType.LONG) {
      throw new InvalidRequestException(
          """
          --kafka-key-format %s is for keys of type long, found %s; leave it out, or choose \
          --key-type long"""
              .formatted(kafka.keyFormat().externalName(), key.type().externalName()));
    }
    if (source instanceof RowSource.Files && key.column() == null) {
      throw new InvalidRequestException(
          "no key column is given; name one with --key (only records of Kafka have a key of their"
              + " own)");
    }
  }

  /**
   * Options for files of rows without event time.
   *
   * @param paths files, directories and globs, at least one
   */
  public InputOptions(
      List<String> paths,
      RowFormat format,
      KeyColumn key,
      ValueSelection value,
      @Nullable DeleteRule deletes,
      BadRowPolicy onBadRow) {
    this(new RowSource.Files(paths), format, key, value, deletes, null, onBadRow);
  }

  /**
   * The files, directories and globs to read.
   *
   * @throws InvalidRequestException if rows come from Kafka
   */
  public List<String> paths() {
    if (source instanceof RowSource.Files files) {
      return files.paths();
    }
    throw new InvalidRequestException(
        "a topic has no end, so a batch cannot read it; choose --mode streaming, or --input");
  }

  /**
   * The columns that a row must have, each once: key, delete rule, event time, value, and what
   * routing asks for.
   */
  public Set<String> neededColumns(Sharding sharding) {
    Set<String> columns = new LinkedHashSet<>();
    if (key.column() != null) {
      columns.add(key.column());
    }
    if (deletes != null) {
      columns.add(deletes.column());
    }
    if (eventTime != null) {
      columns.add(eventTime.column());
    }
    columns.addAll(value.columns());
    sharding.columns().forEach(column -> columns.add(column.name()));
    return columns;
  }
}
