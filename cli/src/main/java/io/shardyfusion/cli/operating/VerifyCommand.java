package io.shardyfusion.cli.operating;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.cli.frame.Failures;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.OpenDataset;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.frame.WorkDirectory;
import io.shardyfusion.cli.printing.PeriodicLines;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.snapshot.SnapshotVerifier;
import io.shardyfusion.snapshot.SnapshotVerifier.Depth;
import io.shardyfusion.snapshot.VerifyReport;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "verify",
    description = "Check every digest and size of the snapshot in the store, never in a cache.")
public final class VerifyCommand extends ShardyCommand {

  @Option(
      names = "--deep",
      description = "Open every shard as well, and check all rows: number, order, routing.")
  private boolean deep;

  public VerifyCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  protected int run(Printer printer) {
    PeriodicLines lines = new PeriodicLines(terminal().err(), System::nanoTime);
    VerifyReport report;
    try (OpenDataset open = OpenDataset.open(options());
        WorkDirectory work = new WorkDirectory(options().cache())) {
      report =
          new SnapshotVerifier(
                  open.dataset(),
                  deep ? Depth.ROWS : Depth.OBJECTS,
                  work.path(),
                  (done, all, bytes) ->
                      lines.offer(
                          () ->
                              String.format(
                                  Locale.ROOT,
                                  "verifying: %d of %d shards, %,d MB",
                                  done,
                                  all,
                                  bytes / 1_000_000)))
              .verify(options().at());
    }
    print(printer, report);
    return report.ok() ? 0 : Failures.FAILED;
  }

  private static void print(Printer printer, VerifyReport report) {
    ObjectNode node = Printer.object();
    node.put("ok", report.ok());
    node.put("objects", report.objects());
    node.put("bytes", report.bytes());
    node.put("rows", report.rows());
    node.put("rows_exact", report.rowsExact());
    ArrayNode problems = node.putArray("problems");
    report.problems().forEach(problems::add);
    printer.document(node);
  }
}
