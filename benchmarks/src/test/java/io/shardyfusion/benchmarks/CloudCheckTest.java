package io.shardyfusion.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
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
}
