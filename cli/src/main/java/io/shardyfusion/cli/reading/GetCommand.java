package io.shardyfusion.cli.reading;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.cli.frame.Failures;
import io.shardyfusion.cli.frame.GlobalOptions;
import io.shardyfusion.cli.frame.ShardyCommand;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.cli.printing.OutputFormat;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.cli.printing.ValueEncoding;
import io.shardyfusion.job.UsageErrors;
import io.shardyfusion.key.Key;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.reader.SnapshotView;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

@Command(name = "get", description = "Look one key up.")
public final class GetCommand extends ShardyCommand {

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Parameters(paramLabel = "KEY", description = "The key: decimal for integers, base64 for bytes.")
  private String key = "";

  @Option(names = "--strict", description = "Exit with 1 if the key is not there.")
  private boolean strict;

  public GetCommand(Terminal terminal, GlobalOptions options) {
    super(terminal, options);
  }

  @Override
  public void check(ParseResult parsed, UsageErrors errors) {
    KeyArguments.check(parsed, List.of(key), errors);
    super.check(parsed, errors);
  }

  @Override
  protected int run(Printer printer) {
    try (ShardedReader reader = ShardedReader.open(options().readerOptions());
        SnapshotView view = reader.view()) {
      DatasetKeys text = new DatasetKeys(view.snapshot().keyEncoding());
      Key typed = KeyArguments.parse(spec, text, key);
      byte[] value = view.get(typed);
      ObjectNode result = found(typed, value, options().valueEncoding());
      result.put("version", view.version());
      result.put("shard", view.route(typed));
      if (value != null || printer.format() != OutputFormat.TEXT) {
        printer.document(result, List.of("value"));
      }
      return strict && value == null ? Failures.NOT_THERE : 0;
    }
  }

  /** The JSON form of a key and its value, which is null if there is none. */
  static ObjectNode found(Key key, byte @Nullable [] value, ValueEncoding encoding) {
    ObjectNode node = Printer.object();
    node.set("key", DatasetKeys.toJson(key));
    node.put("found", value != null);
    ValueEncoding.Text text = value == null ? null : encoding.write(value);
    node.put("value", text == null ? null : text.text());
    node.put("value_encoding", text == null ? null : text.encoding());
    return node;
  }
}
