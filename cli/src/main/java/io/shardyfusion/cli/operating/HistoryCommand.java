package io.shardyfusion.cli.operating;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.OpenDataset;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.cli.printing.RowWriter;
import io.shardyfusion.format.Pin;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

@Command(name = "history", description = "List the versions, newest first.")
public final class HistoryCommand extends ShardyCommand {

  private static final List<String> COLUMNS =
      List.of(
          "version", "status", "announced_at", "rows", "bytes", "manifest", "current", "pinned");

  /**
   * The columns, and then whether the rows are exact: last, where it moves no field that was there
   * before.
   */
  private static final List<String> TEXT_FIELDS =
      Stream.concat(COLUMNS.stream(), Stream.of("rows_exact")).toList();

  public HistoryCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  protected int run(Printer printer) {
    Pointer pointer;
    try (OpenDataset open = OpenDataset.open(options())) {
      pointer = open.pointer();
    }
    RowWriter rows = printer.rows(COLUMNS, TEXT_FIELDS);
    pointer.history().forEach(entry -> rows.write(row(pointer, entry)));
    rows.close();
    return 0;
  }

  private static ObjectNode row(Pointer pointer, PointerEntry entry) {
    Pin pin = pointer.pin();
    ObjectNode row = Printer.object();
    row.put("version", entry.version());
    row.put("status", entry.status().externalName());
    row.put("announced_at", Printer.time(entry.announcedAt()));
    row.put("rows", entry.rows());
    row.put("rows_exact", entry.rowsExact());
    row.put("bytes", entry.bytes());
    row.put("manifest", entry.manifest().object());
    row.put("current", entry.equals(pointer.current()));
    row.put("pinned", pin != null && pin.version() == entry.version());
    return row;
  }
}
