package io.shardyfusion.cli.operating;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.OpenDataset;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ShardingParser;
import io.shardyfusion.format.ValueSchema;
import java.time.Instant;
import picocli.CommandLine.Command;

@Command(name = "info", description = "Describe the snapshot.")
public final class InfoCommand extends ShardyCommand {

  public InfoCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  protected int run(Printer printer) {
    try (OpenDataset open = OpenDataset.open(options())) {
      PointerEntry entry = open.entry();
      printer.document(info(entry, open.dataset().manifest(entry.manifest())));
    }
    return 0;
  }

  private static ObjectNode info(PointerEntry entry, Manifest manifest) {
    ObjectNode info = Printer.object();
    info.put("version", entry.version());
    info.put("manifest", entry.manifest().object());
    info.put("run_id", manifest.runId());
    info.put("created_at", Printer.time(manifest.createdAt()));
    info.put("num_shards", manifest.sharding().numShards());
    info.set("sharding", Printer.tree(ShardingParser.toJson(manifest.sharding())));
    info.put("key_encoding", manifest.keyEncoding().externalName());
    ValueSchema schema = manifest.valueSchema();
    if (schema != null) {
      ObjectNode shown = info.putObject("value_schema");
      shown.put("kind", schema.kind().externalName());
      shown.put("fingerprint", schema.fingerprint().hex());
      shown.put("text", schema.text());
    }
    info.put("rows", manifest.stats().rows());
    info.put("rows_exact", manifest.stats().rowsExact());
    info.put("bytes", manifest.stats().bytes());
    info.put("files", manifest.stats().files());
    Instant watermark = manifest.watermark();
    info.put("watermark", watermark == null ? null : Printer.time(watermark));
    info.put("checkpoint_id", manifest.checkpointId());
    ObjectNode writer = info.putObject("writer");
    writer.put("engine", manifest.writer().engine());
    writer.put("engine_version", manifest.writer().engineVersion());
    writer.put("version", manifest.writer().version());
    writer.put("mode", manifest.writer().mode().externalName());
    ObjectNode custom = info.putObject("custom");
    manifest.custom().forEach(custom::put);
    return info;
  }
}
