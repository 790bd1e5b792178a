package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.cli.Invocation.Result;
import io.shardyfusion.key.KeyEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options, help, configuration files and output formats: what all commands have in common. */
final class CommandLineTest {

  @TempDir private Path directory;

  static Stream<Arguments> unusable() {
    return Stream.of(
            "no command given|-o json",
            "'frobnicate'|frobnicate",
            "unknown command 'cleanup'|cleanup --dry-run",
            "'--frobnicate'|info --frobnicate",
            "'--frobnicate'|get --frobnicate",
            "'--frobnicate'|route 1 --frobnicate",
            "'--frobnicate'|--frobnicate info",
            "'extra'|info extra",
            "'2'|get 1 2",
            "'KEY'|get",
            "'KEY|multiget",
            "expected one of json, jsonl, table, text, found 'xml'|info -o xml",
            "expected one of utf8, base64, hex, found 'latin1'|info --value-encoding latin1",
            "'x' is not an int|scan --shard x",
            "'x' is not a long|scan --limit x",
            "--dataset|info -d",
            "no dataset given|info",
            "no dataset given|verify --deep",
            "does not exist|info --config no-such-file.yaml")
        .map(text -> text.split("\\|", 2))
        .map(parts -> Arguments.of(parts[1], parts[0]));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void aCommandLineThatCannotBeUsedIsAUsageError(String line, String message) {
    String[] args = line.isEmpty() ? new String[0] : line.split(" ");

    assertThat(Invocation.run(args).failed(2).err()).contains(message);
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() {
    String[] args =
        "run --shrads 4 --parallelism x --mode nightly --format xml --duplicates max --key= --input f"
            .split(" ");

    assertThat(Invocation.run(args).failed(2).err().lines())
        .containsExactly(
            "shardy: unknown option '--shrads'; did you mean '--shards'?",
            "shardy: invalid value for option '--parallelism': 'x' is not an int",
            "shardy: missing required option: '--shards=N'",
            "shardy: unknown mode 'nightly'; expected batch or streaming",
            "shardy: unknown format 'xml'; expected one of jsonl, csv",
            "shardy: the name of the key column is empty; name a column of the input",
            "shardy: unknown duplicate policy 'max'; expected last or fail",
            "shardy: no dataset given: use -d URI, or set the environment variable SHARDY_DATASET",
            "See shardy run --help.");
    assertThat(Invocation.run("get", "--frob", "3", "-d", "x").failed(2).err().lines())
        .containsExactly("shardy: unknown option '--frob'", "See shardy get --help.");
  }

  @Test
  void whatIsWrongWithTheStoreTheDatasetAndTheFileIsToldWithTheRest() throws IOException {
    Path config = config("datset: x\nlimt: 1\ns3-checksums: maybe\n");

    assertThat(
            Invocation.of(
                    "scan", "-d", "ftp://h/d", "--limit=-1", "--shard=x", "--config=" + config)
                .run()
                .failed(2)
                .err()
                .lines())
        .containsExactly(
            "shardy: invalid value for option '--shard': 'x' is not an int",
            "shardy: the configuration file has the option 'datset', which no command has; expected"
                + " the long name of an option without its dashes",
            "shardy: the configuration file has the option 'limt', which no command has; expected"
                + " the long name of an option without its dashes",
            "shardy: --limit must be at least 0, found -1",
            "shardy: --s3-checksums must be on or off, found 'maybe'",
            "shardy: expected s3://bucket/prefix, file:///directory or a local path, found the"
                + " scheme 'ftp'; a relative path with a colon is written ./ftp:...",
            "See shardy scan --help.");
  }

  @Test
  void aSettingThatIsRefusedIsToldWithItsOption() {
    assertThat(
            Invocation.run("info", "-d", "s3://AKIA:hush@bucket/x", "--s3-call-timeout=25h")
                .failed(2)
                .err())
        .doesNotContain("hush")
        .contains(
            "StoreOptions.s3Endpoint (on the command line StoreOptions.s3Endpoint is --s3-endpoint)",
            "(on the command line StoreOptions.callTimeout is --s3-call-timeout)")
        .hasLineCount(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"get -- -7 -d D", "multiget -- -7 1 --dataset=D", "info -- -d D"})
  void anOptionAfterTheEndOfOptionsIsToldToGoBeforeIt(String line) {
    assertThat(Invocation.run(line.split(" ")).failed(2).err().lines().toList())
        .contains(
            "shardy: no dataset given: use -d URI, or set the environment variable SHARDY_DATASET")
        .anyMatch(
            message ->
                message.endsWith(
                    "is after '--', where nothing is an option: options go before '--'"))
        .hasSize(3);
  }

  @Test
  void anOptionThatIsTakenForAKeyIsToldToGoBeforeTheEndOfOptions() {
    String uri = dataset().uri();

    assertThat(Invocation.run("multiget", "-d", uri, "--", "1", "-o", "json").failed(2).err())
        .contains("'-o'", "options go before '--'");
    // The advice, followed.
    assertThat(Invocation.run("multiget", "-d", uri, "-o", "json", "--", "1", "-7").json())
        .isNotEmpty();
  }

  @Test
  void anOptionAfterTheEndOfOptionsIsNotPassedOver() {
    assertThat(Invocation.run("verify", "-d", dataset().uri(), "--", "--deep").failed(2).err())
        .contains("'--deep' is after '--', where nothing is an option: options go before '--'");
  }

  @Test
  void withoutACommandThereIsTheHelp() {
    String help = Invocation.run("--help").succeeded().out();

    assertThat(Invocation.of().run().succeeded().out()).isEqualTo(help);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "get",
        "multiget",
        "scan",
        "info",
        "shards",
        "route",
        "history",
        "verify",
        "version"
      })
  void everyCommandHasHelp(String command) {
    String[] args = command.isEmpty() ? new String[] {"--help"} : new String[] {command, "-h"};

    Result help = Invocation.run(args).succeeded();

    assertThat(help.out())
        .startsWith("Usage: shardy")
        .contains("--dataset", "--output", "--config", "--s3-endpoint", "--stacktrace", "--help");
  }

  @Test
  void theVersionIsThatOfTheBuild() {
    assertThat(Invocation.run("--version").succeeded().out())
        .matches("shardy \\d+\\.\\d+\\.\\d+\\S*\\nJava .*\\n")
        .isEqualTo(Invocation.run("version").succeeded().out());
  }

  @Test
  void globalOptionsStandBeforeOrAfterTheCommand() {
    String uri = dataset().uri();
    String expected = Invocation.run("history", "-d", uri, "-o", "json").succeeded().out();

    assertThat(expected).startsWith("[{\n");
    assertThat(Invocation.run("-d", uri, "-o", "json", "history").out()).isEqualTo(expected);
    assertThat(Invocation.run("--dataset=" + uri, "history", "--output=json").out())
        .isEqualTo(expected);
    assertThat(Invocation.run("-o", "json", "history", "--dataset", uri).out()).isEqualTo(expected);
  }

  @Test
  void theDatasetCanComeFromTheEnvironment() {
    TestDataset dataset = dataset();

    assertThat(Invocation.of("history").environment("SHARDY_DATASET", dataset.uri()).run().jsonl())
        .hasSize(1);
    assertThat(
            Invocation.of("history", "-d", dataset.uri())
                .environment("SHARDY_DATASET", directory.resolve("other").toUri().toString())
                .run()
                .code())
        .isZero();
  }

  @Test
  void anyLongOptionCanComeFromAFile() throws IOException {
    TestDataset dataset = dataset();
    Path config =
        config(
            """
            dataset: %s
            output: json
            value-encoding: hex
            cache: %s
            limit: 1
            s3-path-style: true
            """
                .formatted(dataset.uri(), directory.resolve("cache")));

    Result scan = Invocation.run("scan", "--config", config.toString()).succeeded();
    assertThat(scan.json()).hasSize(1);
    assertThat(scan.json().get(0).get("value_encoding").textValue()).isEqualTo("hex");
    // The option of another command does no harm here.
    assertThat(
            Invocation.run("--config=" + config, "info").succeeded().json().get("rows").intValue())
        .isEqualTo(2);
  }

  @Test
  void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
    TestDataset dataset = dataset();
    Path wrong = config("dataset: %s\noutput: json\n".formatted(directory.resolve("nothing")));

    assertThat(
            Invocation.run(
                    "history", "-d", dataset.uri(), "-o", "jsonl", "--config", wrong.toString())
                .succeeded()
                .jsonl())
        .hasSize(1);
    assertThat(
            Invocation.of("history", "--config", wrong.toString())
                .environment("SHARDY_DATASET", dataset.uri())
                .run()
                .succeeded()
                .json())
        .hasSize(1);
  }

  @Test
  void aFlagOfTheFileMayStandOnTheCommandLineToo() throws IOException {
    Path config = config("stacktrace: true\n");

    Result result =
        Invocation.run("info", "-d", directory.toString(), "--stacktrace", "--config=" + config);

    assertThat(result.err()).contains("\tat io.shardyfusion.");
  }

  @Test
  void textIsTakenAsItIs() throws IOException {
    TestDataset dataset =
        new TestDataset(directory, KeyEncoding.UTF8, 1).row("@args", "at").row("${x}", "dollar");
    dataset.publish();
    Path config = config("dataset: %s\nfrom: ${x}\nto: '${y}'\n".formatted(dataset.uri()));
    Path args = Files.writeString(directory.resolve("args"), "--strict");

    assertThat(Invocation.run("get", "@args", "-d", dataset.uri()).json().get("value").textValue())
        .isEqualTo("at");
    assertThat(
            Invocation.run("get", "@" + args, "-d", dataset.uri())
                .succeeded()
                .json()
                .get("key")
                .textValue())
        .isEqualTo("@" + args);
    assertThat(Invocation.run("scan", "--config", config.toString()).succeeded().jsonl())
        .singleElement()
        .extracting(row -> row.get("key").textValue())
        .isEqualTo("${x}");
  }

  static Stream<Arguments> unusableFiles() {
    return Stream.of(
        Arguments.of("datset: x", "'datset'"),
        Arguments.of("config: other.yaml", "'config'"),
        Arguments.of("help: true", "'help'"),
        Arguments.of("d: x", "'d'"),
        Arguments.of("- dataset", "expected a mapping"),
        Arguments.of("dataset:", "'dataset' must have a value"),
        Arguments.of("dataset: [a, b]", "'dataset' in the configuration file takes one value"),
        Arguments.of("dataset: [[a]]", "'dataset' must have a value"),
        Arguments.of("dataset: a\ndataset: b", "line 2"),
        Arguments.of("dataset: 'a", "is not valid"),
        Arguments.of("output: xml", "found 'xml'"));
  }

  @ParameterizedTest
  @MethodSource("unusableFiles")
  void aFileThatCannotBeUsedIsAUsageError(String yaml, String message) throws IOException {
    Path config = config(yaml);

    Result result = Invocation.run("info", "--config", config.toString()).failed(2);

    assertThat(result.err()).contains(message);
  }

  @Test
  void anEmptyFileChangesNothing() throws IOException {
    Path config = config("# nothing\n");

    Invocation.run("info", "-d", dataset().uri(), "--config", config.toString()).succeeded();
  }

  @Test
  void onATerminalTheResultIsATable() {
    TestDataset dataset = dataset();

    String rows =
        Invocation.of("history", "-d", dataset.uri()).onTerminal().run().succeeded().out();
    String document =
        Invocation.of("info", "-d", dataset.uri()).onTerminal().run().succeeded().out();

    assertThat(rows).startsWith("+--").contains("| version | status ", "| announced |");
    assertThat(document).startsWith("+--").contains("| key_encoding ", "| i64 ");
    assertThat(Invocation.of("info", "-d", dataset.uri(), "-o", "jsonl").onTerminal().run().jsonl())
        .hasSize(1);
  }

  @Test
  void aTableOfNoRowsHasAHead() {
    assertThat(
            Invocation.of("scan", "--limit", "0", "-d", dataset().uri()).onTerminal().run().out())
        .contains("| shard | key | value | value_encoding |");
  }

  @Test
  void aTableCutsLongCellsAndEscapesControlCharacters() {
    TestDataset dataset =
        new TestDataset(directory, KeyEncoding.I64, 1)
            .row(1L, "\u001b[2J\n")
            .row(2L, "x".repeat(500));
    dataset.publish();

    String table = Invocation.of("scan", "-d", dataset.uri()).onTerminal().run().succeeded().out();

    assertThat(table).contains("\\u001b[2J\\u000a").doesNotContain("\u001b", "x".repeat(100));
    assertThat(table.lines()).hasSize(6);
  }

  @Test
  void aTableOfManyRowsComesInPages() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 1);
    for (long key = 0; key < 1500; key++) {
      dataset.row(key, "v");
    }
    dataset.publish();

    String table = Invocation.of("scan", "-d", dataset.uri()).onTerminal().run().succeeded().out();

    assertThat(table.lines().filter(l -> l.contains("value_encoding"))).hasSize(2);
    assertThat(table.lines().filter(l -> l.contains("utf8"))).hasSize(1500);
  }

  @Test
  void textIsBareValues() {
    TestDataset dataset = dataset();

    assertThat(Invocation.run("info", "-d", dataset.uri(), "-o", "text").succeeded().out())
        .contains("version\t1\n", "key_encoding\ti64\n", "watermark\t\n");
    assertThat(Invocation.run("route", "1", "-d", dataset.uri(), "-o", "text").succeeded().out())
        .isEqualTo("1\t" + dataset.sharding().shardOf(1L) + "\n");
    assertThat(Invocation.run("history", "-d", dataset.uri(), "-o", "text").out().split("\t"))
        .hasSize(9);
  }

  @Test
  void aStackTraceIsPrintedOnlyOnRequest() {
    List<String> command = List.of("info", "-d", directory.toUri().toString());

    assertThat(Invocation.run(command.toArray(String[]::new)).failed(1).err()).hasLineCount(1);
    assertThat(Invocation.run("--stacktrace", "info", "-d", directory.toUri().toString()).err())
        .contains("NotFoundException", "\tat ");
  }

  @Test
  void aDatasetThatIsNoUriIsAUsageError() {
    assertThat(Invocation.run("info", "-d", "ftp://host/dir").failed(2).err()).contains("ftp");
  }

  private Path config(String yaml) throws IOException {
    return Files.writeString(directory.resolve("shardy.yaml"), yaml);
  }

  private TestDataset dataset() {
    TestDataset dataset =
        new TestDataset(directory, KeyEncoding.I64, 2).row(1L, "one").row(2L, "two");
    dataset.publish();
    return dataset;
  }
}
