package io.shardyfusion.job.input.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.job.input.EventTimeProgress;
import io.shardyfusion.job.input.options.BadRowPolicy;
import io.shardyfusion.job.input.options.EventTime;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.KeyColumn;
import io.shardyfusion.job.input.options.RowFormat;
import io.shardyfusion.job.input.options.RowSource;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.routing.HashSharding;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EventTimeTest {

  @ParameterizedTest
  @CsvSource({
    "1767225600000, 1767225600000",
    "-1, -1",
    "0, 0",
    "'\"2026-01-01T00:00:00Z\"', 1767225600000",
    "'\"2026-01-01T01:00:00.5+01:00\"', 1767225600500",
    "'\"1969-12-31T23:59:59.999999999Z\"', -1"
  })
  void jsonTimesAreMillisecondsOrInstants(String json, long millis) throws Exception {
    assertThat(parse("jsonl", "{\"at\":" + json + ",\"id\":1}")).isEqualTo(millis);
    String field = json.replace("\"", "");
    assertThat(parse("csv", "1," + field)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "1.5",
        "1e3",
        "{}",
        "\"\"",
        "\"1767225600000\"",
        "\"2026-01-01\"",
        "\"2026-01-01T00:00:00\"",
        "1767225600000000",
        "-99999999999999999",
        "99999999999999999999",
        "\"+10000-01-01T00:00:00Z\"",
        "\"0000-12-31T23:59:59Z\""
      })
  void whatIsNoTimeIsABadRow(String json) {
    assertThatThrownBy(() -> parse("jsonl", "{\"id\":1,\"at\":" + json + "}"))
        .isInstanceOf(BadRowException.class)
        .hasMessageStartingWith("column \"at\": ");
  }

  @Test
  void aMissingTimeIsABadRow() {
    assertThatThrownBy(() -> parse("jsonl", "{\"id\":1}"))
        .isInstanceOf(BadRowException.class)
        .hasMessage("column \"at\": the row does not have it");
    assertThatThrownBy(() -> parse("csv", "1,"))
        .isInstanceOf(BadRowException.class)
        .hasMessage(
            "column \"at\": expected an event time, milliseconds since the epoch or an instant such"
                + " as 2026-01-31T12:00:00Z, found \"\"");
  }

  @Test
  void theWatermarkStaysBehindTheLatestTimeAndNeverGoesBack() {
    EventTimeProgress progress = new EventTimeProgress(Duration.ofMillis(10), Long.MIN_VALUE);
    assertThat(progress.watermark()).isEqualTo(Long.MIN_VALUE);
    progress.saw(100);
    assertThat(progress.watermark()).isEqualTo(89);
    progress.saw(95);
    assertThat(progress.watermark()).isEqualTo(89);
    EventTimeProgress restored = new EventTimeProgress(Duration.ofMillis(50), 89);
    restored.saw(110);
    assertThat(restored.watermark()).isEqualTo(89);
    restored.saw(150);
    assertThat(restored.watermark()).isEqualTo(99);
  }

  private static long parse(String format, String row) throws BadRowException {
    InputOptions options =
        new InputOptions(
            new RowSource.Files(List.of("in")),
            RowFormat.of(format, null),
            KeyColumn.of("id", "long", null),
            new ValueSelection.Row(),
            null,
            new EventTime("at", Duration.ZERO),
            new BadRowPolicy.Fail());
    RowParser parser = RowParser.of(options, new HashSharding(8));
    List<String> header = format.equals("csv") ? List.of("id", "at") : List.of();
    parser.parse(RowsOf.raw(row.getBytes(StandardCharsets.UTF_8), header));
    return parser.eventTime();
  }
}
