package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.StoreOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the values of a run's options are refused with: all of them, a line for each. */
final class RunOptionsTest {

  private static final String UNKNOWN_MODE = "unknown mode 'nightly'; expected batch or streaming";

  @Test
  void everyValueThatCannotBeUsedIsNamedAndSoIsWhatTheParserMisses() {
    assertThatThrownBy(
            () ->
                SnapshotJob.main(
                    "--dataset=ftp://host/x --mode=nightly --format=xml --duplicates=max --s3-checksums=no --shrads=3"
                        .split(" ")))
        .isInstanceOf(InvalidRequestException.class)
        .message()
        .isEqualTo(
            """
            unknown option '--shrads'; did you mean '--shards'?
            missing required option: '--shards=N'
            --s3-checksums must be on or off, found 'no'
            unknown mode 'nightly'; expected batch or streaming
            no input path is given; name at least one file, directory or glob
            unknown format 'xml'; expected one of jsonl, csv
            no key column is given; name one with --key (only records of Kafka have a key of their own)
            unknown duplicate policy 'max'; expected last or fail
            expected s3://bucket/prefix, file:///directory or a local path, found the scheme 'ftp'; a relative path with a colon is written ./ftp:...
            See --help.""");
  }

  @Test
  void theValuesOfEveryKindOfOptionAreNamedTogether() {
    refuses(
        "--mode=streaming --kafka-bootstrap= --kafka-topic=a,b --kafka-start=now --kafka-key-format=hex"
            + " --kafka-property=group.id=g --checkpoint-interval=1ms --discovery-interval=0s"
            + " --source-parallelism=0 --publish-interval=often --base=none --shards=0 --parallelism=0"
            + " --sharding=cel --profile=fast --on-bad-row=ignore --key-type=int --value=json:"
            + " --op-column=op --max-out-of-orderness=1s --duplicates=fail",
        "the Kafka bootstrap servers are empty; expected host:port, several separated by commas",
        "'a,b' is no name of a Kafka topic: up to 249 of the characters a-z, A-Z, 0-9, '.', '_' and"
            + " '-'. A job reads one topic; correct --kafka-topic",
        "unknown start in Kafka 'now'; expected one of earliest, latest, committed, timestamp:TIME",
        "unknown key format of Kafka's records 'hex'; expected one of text, long, int",
        "the Kafka property group.id cannot be set; use --kafka-bootstrap, --kafka-group and"
            + " --kafka-start, and leave the rest to the job",
        "the checkpoint interval must be at least 10ms, found PT0.001S",
        "the discovery interval must be at least 1ms, found PT0S",
        "the parallelism of the source must be at least 1, found 0",
        "--publish-interval 'often' is no duration; expected a number and a unit, such as 500ms,"
            + " 10s, 5m, 1h",
        "--base must be empty or current, found 'none'",
        "the number of shards must be from 1 to 32768, found 0",
        "the parallelism must be at least 1, found 0",
        "unknown sharding 'cel'; expected hash",
        "unknown table profile 'fast'; expected one of balanced, latency, compact",
        "unknown policy for bad rows 'ignore'; expected one of fail, skip, dead-letter:URI",
        "unknown key type 'int'; expected one of long, string, bytes",
        "the value json: has an empty column name; expected json:COLUMN,COLUMN",
        "an operation column and the values that delete go together; found column 'op' and 0"
            + " values",
        "--max-out-of-orderness is given, but no column of times; add --event-time COL",
        "--duplicates fail is for --mode batch: a continuous job updates keys");
  }

  @Test
  void whatDoesNotGoTogetherIsNamedToo() {
    refuses(
        "--input=a --key=k --shards=2 --base=current --restore=auto --csv-delimiter=;",
        "--base is for --mode streaming; found --mode batch",
        "--restore is for --mode streaming; found --mode batch",
        "a csv delimiter is given but the format is jsonl; leave it out");
    refuses(
        "--kafka-bootstrap=a:1 --kafka-topic=t --shards=2",
        "a topic has no end, so a batch cannot read it; choose --mode streaming, or --input");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--input=a --key=k --base=current",
        "--input=a --key=k --duplicates=fail",
        "--kafka-bootstrap=a:1 --kafka-topic=t --checkpoint-interval=10s"
      })
  void aWrongValueDoesNotMakeOthersWrong(String others) {
    refuses(others + " --shards=2 --mode=nightly", UNKNOWN_MODE);
  }

  private static void refuses(String line, String... messages) {
    RunOptions options = CommandLine.populateCommand(new RunOptions(), line.split(" "));
    assertThatThrownBy(() -> options.toConfig("data", StoreOptions.defaults()))
        .isInstanceOf(InvalidRequestException.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).containsExactlyInAnyOrder(messages));
  }
}
