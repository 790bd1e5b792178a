package io.shardyfusion.job.input.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.input.rows.RowsOf;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import java.util.List;
import java.util.Set;
import org.apache.flink.util.InstantiationUtil;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InputOptionsTest {

  @Test
  void valuesAreReadAsOptionsWriteThem() {
    assertThat(ValueSelection.of("row")).isEqualTo(new ValueSelection.Row());
    assertThat(ValueSelection.of("name")).isEqualTo(new ValueSelection.Column("name"));
    assertThat(ValueSelection.of("json:b,a c"))
        .isEqualTo(new ValueSelection.Json(List.of("b", "a c")));
    assertThat(ValueSelection.of("json")).isEqualTo(new ValueSelection.Column("json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "json:", "json:a,", "json:,a", "json:a,a"})
  void aValueWithoutAColumnOrWithOneTwiceIsRefused(String text) {
    assertRefused(() -> ValueSelection.of(text));
  }

  @Test
  void policiesAreReadAsOptionsWriteThem() {
    assertThat(BadRowPolicy.of("fail")).isEqualTo(new BadRowPolicy.Fail());
    assertThat(BadRowPolicy.of("skip")).isEqualTo(new BadRowPolicy.Skip());
    assertThat(BadRowPolicy.of("dead-letter:s3://b/bad"))
        .isEqualTo(new BadRowPolicy.DeadLetter("s3://b/bad"));
    assertRefused(() -> BadRowPolicy.of("ignore"));
    assertRefused(() -> BadRowPolicy.of("dead-letter:"));
    assertRefused(() -> BadRowPolicy.of("dead-letter"));
  }

  @Test
  void formatsAreReadAsOptionsWriteThem() {
    assertThat(RowFormat.of("jsonl", null)).isEqualTo(new RowFormat.Jsonl());
    assertThat(RowFormat.of("csv", null)).isEqualTo(new RowFormat.Csv(','));
    assertThat(RowFormat.of("csv", ";")).isEqualTo(new RowFormat.Csv(';'));
    assertThat(RowFormat.of("csv", "\\t")).isEqualTo(new RowFormat.Csv('\t'));
    assertThatThrownBy(() -> RowFormat.of("parquet", null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("unknown format 'parquet'; expected one of jsonl, csv");
    assertRefused(() -> RowFormat.of("jsonl", ","));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"", "\n", "\r", "é", ",,", "\0"})
  void aDelimiterThatCannotSeparateIsRefused(String delimiter) {
    assertRefused(() -> RowFormat.of("csv", delimiter));
  }

  @Test
  void theKeyEncodingFollowsTheTypeOrMustFitIt() {
    assertThat(KeyColumn.of("id", "long", null).encoding()).isEqualTo(KeyEncoding.I64);
    assertThat(KeyColumn.of("id", "long", "u32be").encoding()).isEqualTo(KeyEncoding.U32BE);
    assertThat(KeyColumn.of("id", "string", null).encoding()).isEqualTo(KeyEncoding.UTF8);
    assertThatThrownBy(() -> KeyColumn.of("id", "string", "i64"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "the key encoding i64 stores keys of type long, but the key type is string; choose utf8, or another key type");
    assertRefused(() -> KeyColumn.of("id", "uuid", null));
    assertRefused(() -> KeyColumn.of("id", "long", "i32"));
    assertRefused(() -> KeyColumn.of("", "long", null));
  }

  @Test
  void operationColumnAndDeleteValuesGoTogether() {
    assertThat(DeleteRule.of(null, List.of())).isNull();
    assertThat(DeleteRule.of("op", List.of("d", "d"))).isEqualTo(new DeleteRule("op", Set.of("d")));
    assertRefused(() -> DeleteRule.of("op", List.of()));
    assertRefused(() -> DeleteRule.of(null, List.of("d")));
  }

  @Test
  void anInputWithoutPathsIsRefused() {
    InputOptions options = RowsOf.options("csv", KeyColumn.of("id", "long", null), "row");
    assertRefused(() -> withPaths(options, List.of()));
    assertRefused(() -> withPaths(options, List.of("a", " ")));
  }

  @Test
  void optionsCanBeSentToTasks() throws Exception {
    InputOptions options =
        RowsOf.deleting(
            RowsOf.options("csv", KeyColumn.of("id", "long", null), "json:a,b"), "op", "d");
    assertThat(InstantiationUtil.clone(options)).isEqualTo(options);
    assertThat(options.neededColumns(new HashSharding(8))).containsExactly("id", "op", "a", "b");
  }

  private static InputOptions withPaths(InputOptions options, List<String> paths) {
    return new InputOptions(
        paths,
        options.format(),
        options.key(),
        options.value(),
        options.deletes(),
        options.onBadRow());
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(InvalidRequestException.class);
  }
}
