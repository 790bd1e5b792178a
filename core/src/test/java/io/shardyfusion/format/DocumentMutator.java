package io.shardyfusion.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Breaks documents of the format in ways that a parser may trip over: values of other types and
 * sizes where JSON allows them, text that is nearly JSON, and bytes that are nearly text. What it
 * does depends on the random numbers alone.
 */
final class DocumentMutator {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final Pattern NAME = Pattern.compile("\"[a-z0-9_]+\":");
  private static final Pattern LETTER = Pattern.compile("[A-Za-z0-9]");

  /** What is put in a value's place: JSON, and nearly JSON. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-0",
          "-1",
          "1",
          "2",
          "1.0",
          "1e0",
          "1e400",
          "1e-400",
          "1E+999999999",
          "0.1",
          "01",
          "+1",
          ".5",
          "0x10",
          "NaN",
          "-Infinity",
          "2147483647",
          "2147483648",
          "-2147483649",
          "9007199254740991",
          "9007199254740992",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "18446744073709551616",
          "9".repeat(64),
          "9".repeat(65),
          "9".repeat(2000),
          "0." + "1".repeat(500),
          "\"\"",
          "\" \"",
          "\"0\"",
          "\"null\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\ud83d\\ude00\"",
          "\"\\u202e\\ufeff\"",
          "\"\\x41\"",
          "\"\\u12\"",
          "'a'",
          "\"a\nb\"",
          "\"../secret\"",
          "\"/etc/passwd\"",
          "\"a//b\"",
          "\"C:\\\\a\"",
          "\"file:///a\"",
          "\"0000-01-01T00:00:00.000Z\"",
          "\"9999-12-31T23:59:59.999Z\"",
          "\"+10000-01-01T00:00:00.000Z\"",
          "\"2026-02-30T00:00:00.000Z\"",
          "\"2026-11-22T10:00:00.000+01:00\"",
          "\"2026-11-22T23:59:60.000Z\"",
          "\"" + "ab".repeat(16) + "\"",
          "\"" + "AB".repeat(16) + "\"",
          "\"" + "0f".repeat(32) + "\"",
          "\"" + "f".repeat(63) + "\"",
          "\"=\"",
          "\"QQ==\"",
          "\"QQ\"",
          "\"" + "é".repeat(300) + "\"",
          "\"" + "x".repeat(10_000) + "\"",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "[{}]",
          "{\"\":{}}",
          "{\"a\":1,\"a\":2}",
          "[1,]",
          "/*c*/1",
          "#\n1",
          "[".repeat(31) + "]".repeat(31),
          "[".repeat(40) + "]".repeat(40),
          "[".repeat(3000),
          "{\"a\":".repeat(40) + "1" + "}".repeat(40),
          "[" + "0,".repeat(2000) + "0]",
          "[" + "{},".repeat(1100) + "{}]");

  /** What is put between any two bytes. */
  private static final List<String> TOKENS =
      List.of(
          "null",
          "-1",
          "[",
          "]",
          "{",
          "}",
          "\"",
          "\\",
          ",",
          ":",
          "9",
          "e9",
          ".",
          "\0",
          "\n",
          "\t",
          "\uFEFF",
          "\\ud800",
          "\\u0000",
          "//",
          "\"format_version\":1,",
          "\"\":0,");

  private final Random random;

  DocumentMutator(Random random) {
    this.random = random;
  }

  /** The document, broken {@code times} times. */
  byte[] mutated(byte[] document, int times) {
    byte[] mutated = document;
    for (int i = 0; i < times; i++) {
      mutated = random.nextInt(5) < 3 ? valueMutated(mutated) : bytesMutated(mutated);
    }
    return mutated;
  }

  /** Another value somewhere; a document that is no JSON any more gets other bytes instead. */
  private byte[] valueMutated(byte[] document) {
    JsonNode root;
    try {
      root = MAPPER.readTree(document);
    } catch (IOException e) {
      return bytesMutated(document);
    }
    List<ContainerNode<?>> containers = new ArrayList<>();
    collect(root, containers);
    containers.removeIf(ContainerNode::isEmpty);
    if (containers.isEmpty()) {
      return bytesMutated(document);
    }
    ContainerNode<?> at = containers.get(random.nextInt(containers.size()));
    if (at instanceof ObjectNode object) {
      mutate(object, root);
    } else {
      mutate((ArrayNode) at, root);
    }
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      return bytesMutated(document); // A lone surrogate has no UTF-8 form.
    }
  }

  private void mutate(ObjectNode object, JsonNode root) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    String name = names.get(random.nextInt(names.size()));
    JsonNode value = object.get(name);
    switch (random.nextInt(6)) {
      case 0 -> object.remove(name);
      case 1 -> object.set(name + "s", object.remove(name));
      case 2 -> reorder(object, names);
      default -> object.set(name, other(value, root));
    }
  }

  private void mutate(ArrayNode array, JsonNode root) {
    int index = random.nextInt(array.size());
    JsonNode value = array.get(index);
    switch (random.nextInt(5)) {
      case 0 -> array.remove(index);
      case 1 -> array.insert(random.nextInt(array.size() + 1), value.deepCopy());
      case 2 -> {
        int to = random.nextInt(array.size());
        array.set(index, array.get(to));
        array.set(to, value);
      }
      default -> array.set(index, other(value, root));
    }
  }

  private void reorder(ObjectNode object, List<String> names) {
    Collections.shuffle(names, random);
    Map<String, JsonNode> fields = new HashMap<>();
    names.forEach(n -> fields.put(n, object.get(n)));
    object.removeAll();
    names.forEach(n -> object.set(n, fields.get(n)));
  }

  /** Something near {@code value}, from elsewhere in the document, or quite different. */
  private JsonNode other(JsonNode value, JsonNode root) {
    switch (random.nextInt(4)) {
      case 0:
        return near(value);
      case 1:
        List<ContainerNode<?>> containers = new ArrayList<>();
        collect(root, containers);
        ContainerNode<?> from = containers.get(random.nextInt(containers.size()));
        List<JsonNode> children = new ArrayList<>();
        from.elements().forEachRemaining(children::add);
        return children.isEmpty() ? from.deepCopy() : pick(children).deepCopy();
      default:
        return NODES.rawValueNode(new RawValue(pick(VALUES)));
    }
  }

  private JsonNode near(JsonNode value) {
    if (value.isIntegralNumber()) {
      return NODES.numberNode(value.longValue() + random.nextInt(-2, 3));
    }
    if (value.isBoolean()) {
      return NODES.booleanNode(!value.booleanValue());
    }
    if (value.isTextual()) {
      return NODES.textNode(near(value.textValue()));
    }
    return random.nextBoolean() ? NODES.arrayNode().add(value) : NODES.objectNode().set("a", value);
  }

  private String near(String text) {
    int at = random.nextInt(text.length() + 1);
    String head = text.substring(0, at);
    String tail = text.substring(at);
    return switch (random.nextInt(7)) {
      case 0 -> head;
      case 1 -> tail;
      case 2 -> head + (char) random.nextInt(0x80) + tail;
      case 3 -> head + Character.toString(random.nextInt(0x11_0000)) + tail;
      case 4 -> tail.isEmpty() ? head : head + (char) (tail.charAt(0) ^ 1) + tail.substring(1);
      case 5 -> text.toUpperCase(Locale.ROOT);
      default -> text + text;
    };
  }

  private static void collect(JsonNode node, List<ContainerNode<?>> containers) {
    if (node instanceof ContainerNode<?> container) {
      containers.add(container);
      container.elements().forEachRemaining(child -> collect(child, containers));
    }
  }

  private byte[] bytesMutated(byte[] document) {
    if (document.length == 0) {
      return utf8(pick(TOKENS));
    }
    int at = random.nextInt(document.length);
    int to = Math.min(document.length, at + 1 + random.nextInt(40));
    return switch (random.nextInt(13)) {
      case 0 -> {
        byte[] flipped = document.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        yield flipped;
      }
      case 1 -> Arrays.copyOf(document, at);
      case 2 -> spliced(document, at, to, new byte[0]);
      case 3 -> spliced(document, at, at, Arrays.copyOfRange(document, at, to));
      case 4 -> {
        byte[] other = new byte[1 + random.nextInt(4)];
        random.nextBytes(other);
        yield spliced(document, at, Math.min(document.length, at + other.length), other);
      }
      case 5 -> spliced(document, at, at, utf8(pick(VALUES)));
      case 6, 7 -> spliced(document, at, at, utf8(pick(TOKENS)));
      case 8 -> spliced(document, 0, 0, new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
      case 9 -> doubledName(document);
      case 10 -> escaped(document);
      case 11 -> spliced(document, document.length, document.length, tail(document));
      default ->
          new String(document, StandardCharsets.UTF_8)
              .getBytes(
                  pick(
                      List.of(
                          StandardCharsets.UTF_16,
                          StandardCharsets.UTF_16LE,
                          StandardCharsets.ISO_8859_1)));
    };
  }

  /** A field whose name comes twice in its object. */
  private byte[] doubledName(byte[] document) {
    String text = new String(document, StandardCharsets.UTF_8);
    List<MatchResult> names = NAME.matcher(text).results().toList();
    if (names.isEmpty()) {
      return document;
    }
    MatchResult name = pick(names);
    return utf8(
        text.substring(0, name.start())
            + name.group()
            + pick(VALUES)
            + ","
            + text.substring(name.start()));
  }

  /** A letter as an escape, which is the same text where it is in one. */
  private byte[] escaped(byte[] document) {
    String text = new String(document, StandardCharsets.UTF_8);
    List<MatchResult> letters = LETTER.matcher(text).results().toList();
    if (letters.isEmpty()) {
      return document;
    }
    MatchResult letter = pick(letters);
    return utf8(
        text.substring(0, letter.start())
            + String.format(Locale.ROOT, "\\u%04x", (int) text.charAt(letter.start()))
            + text.substring(letter.end()));
  }

  private byte[] tail(byte[] document) {
    return random.nextBoolean() ? utf8(pick(List.of(" ", "\n", "{}", "0", "\0", "]"))) : document;
  }

  private static byte[] spliced(byte[] document, int from, int to, byte[] replacement) {
    byte[] result = new byte[document.length - (to - from) + replacement.length];
    System.arraycopy(document, 0, result, 0, from);
    System.arraycopy(replacement, 0, result, from, replacement.length);
    System.arraycopy(document, to, result, from + replacement.length, document.length - to);
    return result;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
