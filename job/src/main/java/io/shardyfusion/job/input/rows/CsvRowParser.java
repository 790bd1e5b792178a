package io.shardyfusion.job.input.rows;

import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.options.DeleteRule;
import io.shardyfusion.job.input.options.EventTime;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.routing.RoutingColumn;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses CSV records. Which field is which column is looked up once for each file. */
final class CsvRowParser implements RowParser {

  private final InputOptions options;
  private final RowKeys keys;
  private final boolean asksForColumns;
  private final CsvFields fields;
  private final JsonBytes json = new JsonBytes();

  private @Nullable RowOrigin origin;
  private int keyField;
  private int deleteField;
  private int timeField;
  private long eventTime = Long.MIN_VALUE;

  /** The fields that make the value, and what is before each in the JSON object. */
  private int[] valueFields = new int[0];

  private byte[][] names = new byte[0][];

  CsvRowParser(RowFormat.Csv format, InputOptions options, Sharding sharding) {
    this.options = options;
    this.keys = new RowKeys(options, sharding);
    this.asksForColumns = !sharding.columns().isEmpty();
    this.fields = new CsvFields(format.delimiter());
  }

  @Override
  public ShardRow parse(RawRow raw) throws BadRowException {
    begin(raw.origin);
    Utf8.check(raw);
    List<String> row = fields.split(raw.data, raw.from, raw.to);
    int columns = raw.origin.header().size();
    if (row.size() != columns) {
      throw new BadRowException(
          null, "expected " + columns + " fields as the header has, found " + row.size());
    }
    if (row.equals(raw.origin.header())) {
      throw new BadRowException(null, "it is the header again: are two files joined in this one?");
    }
    byte[] key = row.get(keyField).getBytes(StandardCharsets.UTF_8);
    if (key.length == 0) {
      throw new BadRowException(options.key().column(), "the key is empty");
    }
    EventTime time = options.eventTime();
    if (time != null) {
      eventTime = EventTimeText.ofText(time.column(), row.get(timeField));
    }
    DeleteRule deletes = options.deletes();
    boolean deleted = deletes != null && deletes.values().contains(row.get(deleteField));
    return keys.row(
        raw.order,
        key,
        0,
        key.length,
        deleted ? null : value(row),
        asksForColumns ? column -> columnOf(raw.origin, row, column) : RoutingContext.none());
  }

  @Override
  public long eventTime() {
    return eventTime;
  }

  private static Object columnOf(RowOrigin origin, List<String> row, RoutingColumn column) {
    int field = origin.header().indexOf(column.name());
    return field < 0 ? RoutingContext.none().value(column) : column.parse(row.get(field));
  }

  private byte[] value(List<String> row) {
    if (options.value() instanceof ValueSelection.Column) {
      return row.get(valueFields[0]).getBytes(StandardCharsets.UTF_8);
    }
    json.clear();
    for (int i = 0; i < valueFields.length; i++) {
      json.append(names[i]);
      json.appendString(row.get(valueFields[i]));
    }
    json.append('}');
    return json.toByteArray();
  }

  /** Looks the columns up, unless the row is of the same file as the one before. */
  @SuppressWarnings(
      "ReferenceEquality") // All rows of a reader share one origin; others are compared below.
  private void begin(RowOrigin next) {
    RowOrigin previous = origin;
    if (next == previous) {
      return;
    }
    origin = next;
    List<String> header = next.header();
    if (previous != null && previous.header().equals(header)) {
      return;
    }
    keyField = header.indexOf(options.key().column());
    DeleteRule deletes = options.deletes();
    EventTime time = options.eventTime();
    timeField = time == null ? -1 : header.indexOf(time.column());
    deleteField = deletes == null ? -1 : header.indexOf(deletes.column());
    List<String> columns =
        options.value() instanceof ValueSelection.Row ? header : options.value().columns();
    valueFields = columns.stream().mapToInt(header::indexOf).toArray();
    names = JsonBytes.memberNames(columns);
  }
}
