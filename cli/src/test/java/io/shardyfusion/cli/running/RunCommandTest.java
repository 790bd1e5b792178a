package io.shardyfusion.cli.running;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.shardyfusion.cli.Invocation;
import io.shardyfusion.cli.Invocation.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run}: the job on a Flink in this process. */
final class RunCommandTest {

  @TempDir private Path directory;

  @Test
  void runPublishesRowsThatTheReadingCommandsFind() throws IOException {
    Path first = input("a.jsonl", "{\"id\":1,\"name\":\"one\"}\n{\"id\":2,\"name\":\"two\"}\n");
    Path second = input("b.jsonl", "{\"id\":2,\"name\":\"zwei\"}\n");

    Result run =
        run("--input=" + first, "--input=" + second, "--key=id", "--shards=3", "--custom=a=b");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err().lines()).allSatisfy(line -> assertThat(line).startsWith("shardy: "));
    assertThat(run.out().lines()).hasSize(1);
    JsonNode result = run.json();
    assertThat(Invocation.fields(result))
        .containsExactly(
            "version",
            "manifest",
            "run_id",
            "rows_read",
            "rows_written",
            "duplicates",
            "deletes",
            "bad_rows",
            "shards",
            "files",
            "bytes",
            "new_bytes",
            "puts",
            "gets",
            "duration_ms",
            "durations");
    assertThat(result.get("version").intValue()).isEqualTo(1);
    assertThat(result.get("rows_read").intValue()).isEqualTo(3);
    assertThat(result.get("rows_written").intValue()).isEqualTo(2);
    assertThat(result.get("duplicates").intValue()).isEqualTo(1);
    JsonNode info = command("info").succeeded().json();
    assertThat(info.get("manifest")).isEqualTo(result.get("manifest"));
    assertThat(info.get("run_id")).isEqualTo(result.get("run_id"));
    assertThat(info.get("bytes").longValue()).isEqualTo(result.get("bytes").longValue());
    assertThat(info.get("custom").toString()).isEqualTo("{\"a\":\"b\"}");
    assertThat(command("get", "2", "-o", "text").succeeded().out())
        .isEqualTo("{\"id\":2,\"name\":\"zwei\"}\n");
    command("verify", "--deep").succeeded();
  }

  @Test
  void repeatedOptionsAndMappingsCanComeFromAFile() throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("run.yaml"),
            """
            dataset: %s
            input: ['%s', '%s']
            key: k
            key-type: string
            shards: 2
            op-column: op
            delete-values: [d, x]
            custom:
              source: test
              note: two
            """
                .formatted(
                    dataset(),
                    input("a.csv", "k,op\na,u\nb,u\nc,u\n"),
                    input("b.csv", "k,op\na,d\nb,x\n")));

    Result run = Invocation.run("run", "--config", config.toString(), "--format", "csv");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get("rows_read").intValue()).isEqualTo(5);
    assertThat(run.json().get("rows_written").intValue()).isEqualTo(1);
    assertThat(command("info").json().get("custom").toString())
        .isEqualTo("{\"note\":\"two\",\"source\":\"test\"}");
  }

  @Test
  void aBadRowIsNamedAndNothingIsPublished() throws IOException {
    Path input = input("bad.jsonl", "{\"id\":1}\n{\"id\":\n");

    Result run = run("--input=" + input, "--key=id", "--shards=2").failed(3);

    assertThat(run.err()).contains("bad.jsonl:2: not valid JSON");
    command("info").failed(1);
  }

  @Test
  void aCallThatCannotBeUsedIsAUsageError() throws IOException {
    String input = "--input=" + input("a.jsonl", "{\"id\":1}\n");

    assertThat(
            run("--input=" + directory.resolve("nothing"), "--key=id", "--shards=2")
                .failed(2)
                .err())
        .contains("nothing");
    assertThat(run(input, "--shards=2").failed(2).err()).contains("--key");
    assertThat(run(input, "--key=id").failed(2).err()).contains("--shards");
    assertThat(run(input, "--key=id", "--shards=0").failed(2).err()).contains("1 to 32768");
    assertThat(run(input, "--key=id", "--shards=2", "--format=xml").failed(2).err())
        .contains("xml");
    assertThat(Invocation.run("run", input, "--key=id", "--shards=2").failed(2).err())
        .contains("no dataset given");
  }

  @Test
  void aTargetThatCannotBeWrittenIsAStorageFailure() throws IOException {
    Path file = input("a.jsonl", "{\"id\":1}\n");

    Result run =
        Invocation.run(
            "run",
            "-d",
            file.resolve("below").toString(),
            "--input=" + file,
            "--key=id",
            "--shards=1");

    assertThat(run.failed(3).err()).contains("a.jsonl");
  }

  private Path input(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  private String dataset() {
    return directory.resolve("dataset").toUri().toString();
  }

  private Result run(String... options) {
    return command("run", options);
  }

  private Result command(String name, String... options) {
    List<String> args = new ArrayList<>(List.of(name, "-d", dataset()));
    args.addAll(List.of("--cache", directory.resolve("cache").toString()));
    args.addAll(List.of(options));
    return Invocation.run(args.toArray(String[]::new));
  }
}
