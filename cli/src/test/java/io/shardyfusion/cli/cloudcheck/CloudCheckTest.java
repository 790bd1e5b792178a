package io.shardyfusion.cli.cloudcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;

import io.shardyfusion.cli.measuring.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CloudCheckTest {

  private static final Path GUIDE =
      Path.of(System.getProperty("shardyfusion.root"), "docs", "deploy.md");

  @Test
  void theCommandsOfTheGuideCanBeUsed() throws IOException {
    List<String> commands =
        Files.readString(GUIDE)
            .replace("\\\n", " ")
            .lines()
            .filter(line -> line.startsWith("bin/cloud-check "))
            .map(line -> line.replaceFirst(" #.*", ""))
            .toList();

    assertThat(commands).hasSizeGreaterThanOrEqualTo(2);
    for (String command : commands) {
      String[] words = command.split("\\s+");
      String[] arguments = List.of(words).subList(1, words.length).toArray(String[]::new);
      assertThatCode(() -> new CommandLine(new CloudCheck()).parseArgs(arguments))
          .as(command)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void theEstimateIsThatOfTheGuide() throws IOException {
    Figures figures =
        new Figures()
            .put("write_puts", 132)
            .put("write_gets", 0)
            .put("write_bytes", 4_000_000_000L)
            .put("prefetch_gets", 130)
            .put("prefetch_bytes", 4_000_000_000L)
            .put("idle_refresh_gets", 1);

    new MonthlyCost().estimate(figures);

    assertThat(figures.get("month_requests_usd")).isCloseTo(0.48 + 0.72, within(0.01));
    assertThat(figures.get("month_storage_usd")).isCloseTo(2.21, within(0.01));
    assertThat(figures.get("month_transfer_usd")).isZero();
    assertThat(Files.readString(GUIDE)).contains("= $0.48;", "= $0.72;", "= $2.21.");
  }

  @ParameterizedTest
  @CsvSource({
    "--json=DIRECTORY/missing/check.json, a directory that exists",
    "--json=DIRECTORY, a file in a directory",
    "'--shards=8,32769', from 1 to 32768",
    "--rows=0 --s3-checksums=no, at least 1",
    "--rows=0 --s3-checksums=no, on or off",
    "--rows=x --s3-checksums=no, on or off",
  })
  void whatCannotEndWellIsRefusedBeforeAnythingIsWritten(
      String option, String message, @TempDir Path directory) throws IOException {
    StringWriter err = new StringWriter();

    List<String> line = new ArrayList<>(List.of(directory + "/store"));
    line.addAll(List.of(option.replace("DIRECTORY", directory.toString()).split(" ")));
    int code =
        CloudCheckLine.commandLine()
            .setErr(new PrintWriter(err))
            .execute(line.toArray(String[]::new));

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("cloud-check: ", message).doesNotContain("\tat ");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void theTableShowsWhatWasFoundBeforeAFailure() throws IOException {
    StringWriter out = new StringWriter();

    CloudReportBuilder.builder()
        .dataset("s3://bucket")
        .ok(false)
        .machine(Map.of())
        .commit("unknown")
        .store(List.of(new TargetResult("listing", "shows what was written", true)))
        .results(
            new TreeMap<>(
                Map.of(2, Map.of("rows", 1000, "write_puts", 8), 3, Map.of("rows", 1000))))
        .verdicts(
            new TreeMap<>(
                Map.of(
                    2,
                    List.of(new TargetResult("PUTs of a backfill", "8", true)),
                    3,
                    List.of(
                        new TargetResult("everything could be done", "the disk is full", false)))))
        .estimate(new MonthlyCost())
        .prices("some prices")
        .build()
        .printTable(new PrintWriter(out));

    assertThat(out.toString().lines())
        .contains(
            "rows      " + " ".repeat(11) + "1,000" + " ".repeat(11) + "1,000",
            "write_puts" + " ".repeat(15) + "8" + " ".repeat(15) + "-",
            "  ok     PUTs of a backfill: 8",
            "  FAILED everything could be done: the disk is full",
            "Not all targets were met.");
  }
}
