package io.shardyfusion.cli.cloudcheck;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.testing.MotoServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code bin/cloud-check} on two S3 servers, and what it is given that cannot work. */
class CloudCheckIT extends CloudCheckProcessTest {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));

  /** The prefix is one that shell, URI and S3 each have their own rules for. */
  @Test
  void everyCellIsFilledEveryTargetIsMetAndNothingIsLeft() throws Exception {
    Path json = directory.resolve("check.json");

    Ended ended =
        check(
            server.endpoint(),
            server.accessKey(),
            server.secretKey(),
            "s3://" + server.bucket() + "/teams/se arch%",
            "--rows=2000",
            "--shards=2,3",
            "--seconds=1",
            "--json=" + json);

    assertThat(ended.code()).as(ended.err() + ended.out()).isZero();
    assertFilled(ended.out());
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.get("ok").booleanValue()).isTrue();
    for (String shards : List.of("2", "3")) {
      JsonNode figures = report.get("results").get(shards);
      assertThat(figures.get("write_puts").intValue())
          .isLessThanOrEqualTo(2 * Integer.parseInt(shards) + 6);
      assertThat(figures.get("prefetch_gets").intValue())
          .as("the pointer, the manifest, and of each shard a descriptor and a file")
          .isEqualTo(2 + 2 * Integer.parseInt(shards));
      assertThat(figures.get("refresh_gets").intValue()).isEqualTo(2 + 2);
      assertThat(figures.get("idle_refresh_gets").intValue()).isEqualTo(1);
      assertThat(figures.get("refresh_errors").intValue()).isZero();
      assertThat(figures.get("verified_rows").intValue()).isEqualTo(4000);
      assertThat(figures.get("wrong_rows").intValue()).isZero();
      assertThat(report.get("verdicts").get(shards)).hasSize(7);
    }
    assertThat(left(server)).isEmpty();
  }

  @Test
  void theRightsOfItsPolicyAreEnough() throws Exception {
    String policy =
        Files.readString(ROOT.resolve("docs/deploy/iam/cloud-check.json"))
            .replace("BUCKET", "shardyfusion")
            .replace("PREFIX", PREFIX);
    try (MotoServer moto = MotoServer.startWithUsers(Map.of("checker", List.of(policy)))) {
      Ended ended =
          check(
              moto.endpoint(),
              MotoServer.accessKey("checker"),
              MotoServer.secretKey("checker"),
              "s3://" + moto.bucket() + "/" + PREFIX + "/",
              "--rows=2000",
              "--shards=2",
              "--seconds=1",
              "--output=jsonl");

      assertThat(ended.code()).as(ended.err() + ended.out()).isZero();
      assertThat(new ObjectMapper().readTree(ended.out()).get("ok").booleanValue()).isTrue();
      assertThat(left(moto)).isEmpty();
    }
  }

  @Test
  void whatCannotWorkIsSaidInOneMessage() throws Exception {
    String bucket = "s3://" + server.bucket() + "/x";

    assertFails(check(server.endpoint(), "a", "b", "s4://bucket/x"), 2, "found the scheme 's4'");
    assertFails(check(server.endpoint(), "a", "b", bucket, "--shards=0"), 2, "must be at least 1");
    assertFails(
        check(server.endpoint(), server.accessKey(), server.secretKey(), "s3://nobucket/x"),
        3,
        "the bucket 'nobucket' does not exist");
    assertFails(
        check(server.endpoint(), server.accessKey(), "wrong", bucket),
        3,
        "the credentials were not accepted");
    assertFails(check(server.endpoint(), "", "", bucket), 3, "no credentials found");
    assertFails(check(URI.create("http://127.0.0.1:1"), "a", "b", bucket), 3, "no connection");
  }

  /** The bytes of text that is not ASCII are written by the shell. */
  @Test
  void textThatCannotBeDecodedIsRefusedWithoutALocale() throws Exception {
    String java =
        "exec \"$JAVA_HOME/bin/java\" -jar \"$ROOT/cli/target/shardyfusion-cli.jar\" cloud-check ";

    Ended latin = withoutALocale("exec \"$ROOT/bin/cloud-check\" \"$(printf 'Z\\374rich')\"");
    Ended check = withoutALocale(java + "\"$(printf 'Z\\303\\274rich')\"");
    Ended variable =
        withoutALocale("export AWS_PROFILE=\"$(printf 'Z\\303\\274rich')\"; " + java + "x");

    for (Ended refused : List.of(latin, check, variable)) {
      assertThat(refused.code()).as(refused.err()).isEqualTo(2);
      assertThat(refused.err()).startsWith("cloud-check: the ").hasLineCount(1);
      assertThat(refused.out()).isEmpty();
    }
    assertThat(latin.err()).contains("the argument", "is no text", "write it in UTF-8");
    assertThat(check.err()).contains("the argument", "is no text", "set LC_ALL=C.UTF-8");
    assertThat(variable.err()).contains("variable AWS_PROFILE", "set LC_ALL=C.UTF-8");
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()).toList())
          .as("nothing is written under another name")
          .containsExactlyInAnyOrder("out", "err");
    }
  }

  private Ended withoutALocale(String script) throws IOException, InterruptedException {
    Process process =
        started(
            List.of("sh", "-c", "unset LC_ALL LC_CTYPE; " + script),
            Map.of("ROOT", ROOT.toString(), "LANG", "C"));
    return ended(process);
  }

  private static void assertFails(Ended ended, int code, String message) {
    assertThat(ended.code()).as(ended.err()).isEqualTo(code);
    assertThat(ended.err()).contains("cloud-check: ").contains(message).doesNotContain("\tat ");
    assertThat(ended.out()).isEmpty();
  }

  /** Each line of the table of figures has a name and a number for each column. */
  private static void assertFilled(String out) {
    List<String> lines = out.lines().toList();
    int head = 0;
    while (!lines.get(head).contains("2 shards")) {
      head++;
    }
    List<String> rows =
        lines.subList(head + 1, lines.size()).stream().takeWhile(line -> !line.isEmpty()).toList();
    assertThat(rows).hasSizeGreaterThan(35);
    assertThat(rows).allMatch(row -> row.matches("[a-z0-9_]+( +[0-9,]+(\\.[0-9]+)?){2}"));
    assertThat(out).contains("All targets were met.", "estimate").doesNotContain("FAILED");
  }
}
