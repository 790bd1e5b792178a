package io.shardyfusion.job.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.flink.RunCounters;
import io.shardyfusion.flink.ShardRow;
import io.shardyfusion.routing.Sharding;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/** Parses raw rows, counts them, and does with bad ones what the options say. */
final class ParseRows extends ProcessFunction<RawRow, ShardRow> {

  private static final long serialVersionUID = 1L;

  /** Bad rows as JSON lines, each with its line end. */
  static final OutputTag<byte[]> DEAD_LETTERS =
      new OutputTag<>("dead-letters", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private static final JsonFactory JSON = new JsonFactory();

  private final InputOptions options;
  private final Sharding sharding;

  private final LongCounter rowsRead = new LongCounter();
  private final LongCounter bytesRead = new LongCounter();
  private final LongCounter badRows = new LongCounter();

  private transient @Nullable RowParser parser;
  private transient @Nullable RowLines lines;

  ParseRows(InputOptions options, Sharding sharding) {
    this.options = options;
    this.sharding = sharding;
  }

  @Override
  public void open(OpenContext context) {
    parser = RowParser.of(options, sharding);
    getRuntimeContext().addAccumulator(RunCounters.ROWS_READ, rowsRead);
    getRuntimeContext().addAccumulator(RunCounters.BYTES_READ, bytesRead);
    getRuntimeContext().addAccumulator(RunCounters.BAD_ROWS, badRows);
  }

  @Override
  public void processElement(RawRow raw, Context context, Collector<ShardRow> out) {
    rowsRead.add(1);
    bytesRead.add(raw.length());
    ShardRow row;
    try {
      row = Objects.requireNonNull(parser, "not open").parse(raw);
    } catch (BadRowException e) {
      badRows.add(1);
      handle(raw, e, context);
      return;
    }
    out.collect(row);
  }

  private void handle(RawRow raw, BadRowException e, Context context) {
    BadRowPolicy policy = options.onBadRow();
    if (policy instanceof BadRowPolicy.Fail) {
      throw new SuppressRestartsException(
          new DataDamagedException(
              linesOf(raw).place(raw.line)
                  + ": "
                  + e.getMessage()
                  + "; correct the row, or choose --on-bad-row skip or dead-letter:URI",
              e));
    }
    if (policy instanceof BadRowPolicy.DeadLetter) {
      context.output(
          DEAD_LETTERS, letter(raw, linesOf(raw).number(raw.line), String.valueOf(e.getMessage())));
    }
  }

  private RowLines linesOf(RawRow raw) {
    RowLines known = lines;
    if (known == null || !known.isOf(raw.origin)) {
      known = new RowLines(raw.origin);
      lines = known;
    }
    return known;
  }

  /**
   * The row as a JSON line: file, line, reason, and the row as text or, where it is not valid
   * UTF-8, as base64.
   */
  static byte[] letter(RawRow raw, long line, String reason) {
    // Written as characters: a reason cuts long texts, perhaps in the middle of a surrogate pair.
    StringWriter letter = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(letter)) {
      json.writeStartObject();
      json.writeStringField("file", InputFile.shown(raw.origin.path()));
      if (line == 0) {
        json.writeNullField("line");
      } else {
        json.writeNumberField("line", line);
      }
      json.writeStringField("reason", reason);
      if (Utf8.firstInvalid(raw.data, raw.from, raw.to) < 0) {
        json.writeStringField(
            "row", new String(raw.data, raw.from, raw.length(), StandardCharsets.UTF_8));
      } else {
        json.writeFieldName("row_base64");
        json.writeBinary(raw.data, raw.from, raw.length());
      }
      json.writeEndObject();
    } catch (IOException e) {
      // To a string there is no failure.
      throw new UncheckedIOException(e);
    }
    return letter.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }
}
