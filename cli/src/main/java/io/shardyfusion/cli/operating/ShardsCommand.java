package io.shardyfusion.cli.operating;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.OpenDataset;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.cli.printing.RowWriter;
import io.shardyfusion.cli.reading.DatasetKeys;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.key.KeyEncoding;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

@Command(name = "shards", description = "List the shards of the snapshot.")
public final class ShardsCommand extends ShardyCommand {

  private static final List<String> COLUMNS =
      List.of("shard", "rows", "rows_exact", "bytes", "files", "min_key", "max_key");

  public ShardsCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  protected int run(Printer printer) {
    try (OpenDataset open = OpenDataset.open(options())) {
      Manifest manifest = open.manifest();
      RowWriter rows = printer.rows(COLUMNS, COLUMNS);
      manifest.shards().forEach(s -> rows.write(row(open.dataset(), manifest.keyEncoding(), s)));
      rows.close();
    }
    return 0;
  }

  private static ObjectNode row(Dataset dataset, KeyEncoding encoding, ShardEntry shard) {
    ObjectNode row = Printer.object();
    row.put("shard", shard.shard());
    row.put("rows", shard.rows());
    row.put("rows_exact", shard.rowsExact());
    row.put("bytes", shard.bytes());
    row.put("files", shard.files());
    row.set("min_key", key(dataset, encoding, shard, shard.minKey(), ShardDescriptor::minKey));
    row.set("max_key", key(dataset, encoding, shard, shard.maxKey(), ShardDescriptor::maxKey));
    return row;
  }

  /**
   * The manifest keeps only a bound of a long key, which need not be a key: then the descriptor has
   * the whole.
   */
  private static JsonNode key(
      Dataset dataset,
      KeyEncoding encoding,
      ShardEntry shard,
      @Nullable HexBytes bound,
      Function<ShardDescriptor, @Nullable HexBytes> whole) {
    if (bound == null) {
      return JsonNodeFactory.instance.nullNode();
    }
    try {
      return DatasetKeys.toJson(encoding.decode(bound.toBytes()));
    } catch (InvalidRequestException e) {
      HexBytes key = whole.apply(dataset.descriptor(shard));
      return key == null
          ? JsonNodeFactory.instance.nullNode()
          : DatasetKeys.toJson(encoding.decode(key.toBytes()));
    }
  }
}
