package io.shardyfusion.cli.reading;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.cli.printing.RowWriter;
import io.shardyfusion.cli.printing.ValueEncoding;
import io.shardyfusion.job.UsageErrors;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyType;
import io.shardyfusion.reader.KeyRange;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.RowCursor;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.reader.SnapshotInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

@Command(name = "scan", description = "Print rows shard by shard, in key order within each.")
public final class ScanCommand extends ShardyCommand {

  private static final List<String> COLUMNS = List.of("shard", "key", "value", "value_encoding");

  /**
   * A reader keeps the shards open that it has read: after so many it is replaced, with what it
   * holds.
   */
  private static final int SHARDS_OPEN = 64;

  @Option(names = "--shard", paramLabel = "N", description = "Only this shard.")
  private @Nullable Integer shard;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description = "Only keys that begin so; for text and bytes (base64).")
  private @Nullable String prefix;

  @Option(names = "--from", paramLabel = "K", description = "Only this key and those after it.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "K", description = "Only keys before this one.")
  private @Nullable String to;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many rows.")
  private long limit = Long.MAX_VALUE;

  public ScanCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  public void check(ParseResult parsed, UsageErrors errors) {
    if (limit < 0) {
      errors.values().add("--limit must be at least 0, found " + limit);
    }
    super.check(parsed, errors);
  }

  @Override
  protected int run(Printer printer) {
    RowWriter rows = printer.rows(COLUMNS, List.of("key", "value"));
    ReaderOptions readerOptions = options().readerOptions();
    int next = shard == null ? 0 : shard;
    long left = limit;
    boolean more = true;
    while (more) {
      try (ShardedReader reader = ShardedReader.open(readerOptions)) {
        SnapshotInfo snapshot = reader.snapshot();
        KeyRange range = range(new DatasetKeys(snapshot.keyEncoding()));
        int end = shard == null ? Math.min(next + SHARDS_OPEN, snapshot.numShards()) : next + 1;
        for (; next < end; next++) {
          left -= scan(reader, next, range, left, rows);
        }
        more = shard == null && next < snapshot.numShards() && left > 0;
        // The next reader goes on in this version.
        readerOptions = options().readerOptions(snapshot.manifest().object());
      }
    }
    rows.close();
    return 0;
  }

  private long scan(ShardedReader reader, int shard, KeyRange range, long most, RowWriter rows) {
    if (most == 0) {
      return 0;
    }
    long count = 0;
    try (RowCursor cursor = reader.scan(shard, range)) {
      while (count < most && cursor.next()) {
        ValueEncoding.Text value = options().valueEncoding().write(cursor.value());
        ObjectNode row = Printer.object();
        row.put("shard", shard);
        row.set("key", DatasetKeys.toJson(Key.ofObject(cursor.key())));
        row.put("value", value.text());
        row.put("value_encoding", value.encoding());
        rows.write(row);
        count++;
      }
    }
    return count;
  }

  private KeyRange range(DatasetKeys text) {
    KeyRange range = KeyRange.all();
    if (from != null) {
      range = range.from(text.parse(from));
    }
    if (to != null) {
      range = range.to(text.parse(to));
    }
    if (prefix != null) {
      Key start = text.parse(prefix);
      if (start.type() == KeyType.LONG) {
        throw new InvalidRequestException(
            "--prefix selects text and binary keys, but the keys of this dataset are integers; use --from and --to");
      }
      range = range.prefix(start);
    }
    return range;
  }
}
