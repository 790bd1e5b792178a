package io.shardyfusion.cli.reading;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.OpenDataset;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.cli.printing.RowWriter;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.job.UsageErrors;
import io.shardyfusion.routing.KeyRouter;
import io.shardyfusion.routing.RoutingContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParseResult;

@Command(
    name = "route",
    description = "Print the shard of each key, whether or not it is there. Reads no table file.")
public final class RouteCommand extends ShardyCommand {

  private static final List<String> COLUMNS = List.of("key", "shard");

  @Mixin private final KeyArguments keys = new KeyArguments();

  public RouteCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  public void check(ParseResult parsed, UsageErrors errors) {
    keys.check(parsed, errors);
    super.check(parsed, errors);
  }

  @Override
  protected int run(Printer printer) {
    Manifest manifest;
    try (OpenDataset open = OpenDataset.open(options())) {
      manifest = open.manifest();
    }
    KeyRouter router = new KeyRouter(manifest.sharding(), manifest.keyEncoding());
    RowWriter rows = printer.rows(COLUMNS, COLUMNS);
    keys.forEach(
        manifest.keyEncoding(),
        terminal().in(),
        key -> {
          ObjectNode row = Printer.object();
          row.set("key", DatasetKeys.toJson(key));
          row.put("shard", router.shard(key, RoutingContext.none()));
          rows.write(row);
        });
    rows.close();
    return 0;
  }
}
