package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.cli.frame.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A command that runs in this process, with streams of its own. */
public final class Invocation {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final String[] args;
  private final Map<String, String> environment = new HashMap<>();
  private byte[] input = new byte[0];
  private boolean terminal;

  private Invocation(String... args) {
    this.args = args;
  }

  public static Invocation of(String... args) {
    return new Invocation(args);
  }

  /** Runs a command without input or environment. */
  public static Result run(String... args) {
    return of(args).run();
  }

  public Invocation input(String text) {
    return input(text.getBytes(StandardCharsets.UTF_8));
  }

  public Invocation input(byte[] bytes) {
    input = bytes;
    return this;
  }

  Invocation environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** As if a person looked at standard output. */
  Invocation onTerminal() {
    terminal = true;
    return this;
  }

  public Result run() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    int code =
        Shardy.execute(
            new Terminal(
                new ByteArrayInputStream(input),
                out,
                new PrintWriter(err, true),
                terminal,
                terminal,
                environment),
            args);
    return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString());
  }

  /** How a command ended, and what it wrote. */
  public record Result(int code, String out, String err) {

    /** Fails unless the command succeeded without a message. */
    public Result succeeded() {
      assertThat(err).isEmpty();
      assertThat(code).isZero();
      return this;
    }

    /** Fails unless the command failed with that code, one message and no result. */
    public Result failed(int expected) {
      assertThat(out).isEmpty();
      assertThat(err).startsWith("shardy: ").doesNotContain("\tat ");
      assertThat(code).as(err).isEqualTo(expected);
      return this;
    }

    /** The result, which is one JSON document. */
    public JsonNode json() {
      try {
        return JSON.readTree(out);
      } catch (JsonProcessingException e) {
        throw new AssertionError("no JSON: " + out, e);
      }
    }

    /** The result, a JSON document in each line. */
    public List<JsonNode> jsonl() {
      List<JsonNode> rows = new ArrayList<>();
      for (String line : out.lines().toList()) {
        try {
          rows.add(JSON.readTree(line));
        } catch (JsonProcessingException e) {
          throw new AssertionError("no JSON: " + line, e);
        }
      }
      return rows;
    }
  }

  /** The names of an object's fields, in order. */
  public static List<String> fields(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
