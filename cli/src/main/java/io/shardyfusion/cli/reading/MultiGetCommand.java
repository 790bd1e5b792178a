package io.shardyfusion.cli.reading;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.cli.printing.RowWriter;
import io.shardyfusion.job.UsageErrors;
import io.shardyfusion.key.Key;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.reader.SnapshotView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParseResult;

@Command(name = "multiget", description = "Look many keys up, all in one version.")
public final class MultiGetCommand extends ShardyCommand {

  private static final List<String> COLUMNS =
      List.of("key", "found", "value", "value_encoding", "shard");

  /** Values are held in memory for so many keys at a time. */
  private static final int BATCH = 256;

  @Mixin private final KeyArguments keys = new KeyArguments();

  public MultiGetCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  public void check(ParseResult parsed, UsageErrors errors) {
    keys.check(parsed, errors);
    super.check(parsed, errors);
  }

  @Override
  protected int run(Printer printer) {
    try (ShardedReader reader = ShardedReader.open(options().readerOptions());
        SnapshotView view = reader.view()) {
      // All are read before the first is looked up, so that a bad one leaves no half result.
      List<Key> all = new ArrayList<>();
      keys.forEach(view.snapshot().keyEncoding(), terminal().in(), all::add);
      RowWriter rows =
          printer.nestedRows("version", view.version(), "results", COLUMNS, List.of("value"));
      for (int from = 0; from < all.size(); from += BATCH) {
        lookUp(view, all.subList(from, Math.min(from + BATCH, all.size())), rows);
      }
      rows.close();
    }
    return 0;
  }

  private void lookUp(SnapshotView view, List<Key> batch, RowWriter rows) {
    Map<Key, byte[]> values = view.multiGet(batch);
    for (Key key : batch) {
      ObjectNode row = GetCommand.found(key, values.get(key), options().valueEncoding());
      row.put("shard", view.route(key));
      rows.write(row);
    }
  }
}
