package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.job.input.options.EventTime;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.options.KafkaStart;
import io.shardyfusion.job.input.options.RecordKeyFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class SourceOptionsTest {

  @Command
  private static final class Options {
    @Mixin KafkaRunOptions kafka = new KafkaRunOptions();
    @Mixin EventTimeRunOptions time = new EventTimeRunOptions();
  }

  @Test
  void withoutOptionsThereIsNeitherKafkaNorEventTime() {
    assertThat(parsed().kafka.toOptions()).isNull();
    assertThat(parsed().time.toEventTime()).isNull();
  }

  @Test
  void kafkaBeginsAtTheOldestRecordAndCommitsNothingByDefault() {
    assertThat(parsed("--kafka-bootstrap", "a:1,b:2", "--kafka-topic", "t").kafka.toOptions())
        .isEqualTo(new KafkaOptions("a:1,b:2", "t", null, new KafkaStart.Earliest(), Map.of()));
  }

  @Test
  void everyOptionOfKafkaIsTaken() {
    KafkaOptions options =
        parsed(
                "--kafka-bootstrap=a:1",
                "--kafka-topic=t",
                "--kafka-group=g",
                "--kafka-start=committed",
                "--kafka-property=sasl.jaas.config=x password=\"secret\";",
                "--kafka-property=security.protocol=SSL",
                "--kafka-key-format=long")
            .kafka
            .toOptions();
    assertThat(options)
        .isEqualTo(
            new KafkaOptions(
                "a:1",
                "t",
                "g",
                new KafkaStart.Committed(),
                Map.of("sasl.jaas.config", "x password=\"secret\";", "security.protocol", "SSL"),
                RecordKeyFormat.LONG));
    assertThat(options.toString())
        .contains("[sasl.jaas.config, security.protocol]")
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "timestamp:2026-01-31T12:00:00Z",
        "timestamp:1769860800000",
        "timestamp:2026-01-31T13:00:00+01:00"
      })
  void aStartAtATimeIsAnInstantOrMilliseconds(String text) {
    assertThat(KafkaStart.of(text))
        .isEqualTo(new KafkaStart.Timestamp(Instant.parse("2026-01-31T12:00:00Z")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--kafka-topic=t | add --kafka-bootstrap HOST:PORT",
        "--kafka-bootstrap=a:1 | add --kafka-topic TOPIC",
        "--kafka-group=g | add --kafka-bootstrap and --kafka-topic",
        "--kafka-start=latest | add --kafka-bootstrap and --kafka-topic",
        "--kafka-key-format=long | add --kafka-bootstrap and --kafka-topic",
        "--kafka-bootstrap=a:1 --kafka-topic=t --kafka-key-format=hex | expected one of text, long, int",
        "--kafka-bootstrap=a:1 --kafka-topic=t,u | A job reads one topic",
        "--kafka-property=a=b | add --kafka-bootstrap and --kafka-topic",
        "--kafka-bootstrap=a:1 --kafka-topic=t --kafka-start=committed | with --kafka-group",
        "--kafka-bootstrap=a:1 --kafka-topic=t --kafka-start=begin | expected one of earliest, latest, committed,",
        "--kafka-bootstrap=a:1 --kafka-topic=t --kafka-start=timestamp:x | is no time; expected timestamp:2026",
        "--kafka-bootstrap=a:1 --kafka-topic=t --kafka-start=timestamp:1969-01-01T00:00:00Z | is before 1970",
        "--kafka-bootstrap=a:1 --kafka-topic=t --kafka-start=timestamp:99999999999999999999 | is no time",
        "--kafka-bootstrap=a:1 --kafka-topic=t --kafka-property=group.id=g | use --kafka-bootstrap, --kafka-group",
        "--kafka-bootstrap=a:1 --kafka-topic=t --kafka-property=auto.offset.reset=latest | cannot be set"
      })
  void incompleteOrImpossibleOptionsOfKafkaAreRefused(String options, String message) {
    assertThatThrownBy(() -> parsed(options.trim().split(" ")).kafka.toOptions())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(message);
  }

  @Test
  void eventTimeIsAColumnAndADuration() {
    assertThat(parsed("--event-time", "at").time.toEventTime())
        .isEqualTo(new EventTime("at", Duration.ZERO));
    assertThat(parsed("--event-time=at", "--max-out-of-orderness=90s").time.toEventTime())
        .isEqualTo(new EventTime("at", Duration.ofSeconds(90)));
    assertThatThrownBy(() -> parsed("--max-out-of-orderness=1s").time.toEventTime())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("add --event-time COL");
    assertThatThrownBy(() -> parsed("--event-time=").time.toEventTime())
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(
            () -> parsed("--event-time=at", "--max-out-of-orderness=999999d").time.toEventTime())
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void durationsAreANumberAndAUnit() {
    assertThat(Durations.parse("--x", "500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(Durations.parse("--x", "10s")).isEqualTo(Duration.ofSeconds(10));
    assertThat(Durations.parse("--x", "5m")).isEqualTo(Duration.ofMinutes(5));
    assertThat(Durations.parse("--x", "1h")).isEqualTo(Duration.ofHours(1));
    assertThat(Durations.parse("--x", "7d")).isEqualTo(Duration.ofDays(7));
    assertThat(Durations.parse("--x", "0s")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "s", "-1s", "1.5s", "1 s", "1S", "PT1S", "1234567890s", "١s"})
  void whatIsNoDurationIsRefusedWithTheOption(String text) {
    assertThatThrownBy(() -> Durations.parse("--interval", text))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "--interval '"
                + text
                + "' is no duration; expected a number and a unit, such as 500ms, 10s, 5m, 1h");
  }

  private static Options parsed(String... arguments) {
    Options options = new Options();
    new CommandLine(options).parseArgs(arguments);
    return options;
  }
}
