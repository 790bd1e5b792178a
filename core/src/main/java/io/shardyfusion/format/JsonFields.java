package io.shardyfusion.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to the fields of one JSON object in a document of the format. What is missing, of
 * another type or refused by the value that is made of it is a {@link DataDamagedException} that
 * names the document's object, the path of the field in it, what was expected and what was found.
 */
final class JsonFields {

  private final String object;
  private final String path;
  private final ObjectNode fields;

  /**
   * The fields of {@code fields}.
   *
   * @param object the key of the object that holds the document
   * @param path from the document's root to here, empty at the root
   */
  JsonFields(String object, String path, ObjectNode fields) {
    this.object = object;
    this.path = path;
    this.fields = fields;
  }

  boolean flag(String name) {
    JsonNode value = present(name, "true or false");
    if (!value.isBoolean()) {
      throw mistyped(name, "true or false", value);
    }
    return value.booleanValue();
  }

  /**
   * The value of a field that documents of earlier releases do not have; empty where it is absent.
   * If the field is there, it must be what {@code read} expects, as if it were required.
   *
   * @param read one of the other methods, for example {@code fields::flag}
   */
  <T> Optional<T> optional(String name, Function<String, T> read) {
    return fields.has(name) ? Optional.of(read.apply(name)) : Optional.empty();
  }

  long integer(String name) {
    return integer(name, present(name, "an integer"), Long.MIN_VALUE, Long.MAX_VALUE);
  }

  int smallInteger(String name) {
    return (int) integer(name, present(name, "an integer"), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /** The integer of a field as {@code convert} makes a value of it. */
  <T> T smallInteger(String name, Function<Integer, T> convert) {
    return converted(name, smallInteger(name), convert);
  }

  @Nullable Long nullableInteger(String name) {
    JsonNode value = present(name, "an integer or null");
    return value.isNull() ? null : integer(name, value, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  String text(String name) {
    return text(name, present(name, "text"));
  }

  @Nullable String nullableText(String name) {
    JsonNode value = present(name, "text or null");
    return value.isNull() ? null : text(name, value);
  }

  /** The text of a field as {@code convert} makes a value of it. */
  <T> T text(String name, Function<String, T> convert) {
    return converted(name, text(name), convert);
  }

  /** The text of a field as {@code convert} makes a value of it, or null if it is null. */
  <T> @Nullable T nullableText(String name, Function<String, T> convert) {
    String text = nullableText(name);
    return text == null ? null : converted(name, text, convert);
  }

  /** The value that {@code convert} makes of an object. */
  <T> T object(String name, Function<JsonFields, T> convert) {
    return object(join(path, name), present(name, "an object"), convert);
  }

  /** The value that {@code convert} makes of an object, or null if the field is null. */
  <T> @Nullable T nullableObject(String name, Function<JsonFields, T> convert) {
    JsonNode value = present(name, "an object or null");
    return value.isNull() ? null : object(join(path, name), value, convert);
  }

  /** The values that {@code convert} makes of the objects of an array. */
  <T> List<T> list(String name, int maxSize, Function<JsonFields, T> convert) {
    JsonNode array = array(name, maxSize);
    List<T> list = new ArrayList<>(array.size());
    for (JsonNode element : array) {
      list.add(object(join(path, name) + "[" + list.size() + "]", element, convert));
    }
    return list;
  }

  /** The texts of an array. */
  List<String> textList(String name, int maxSize) {
    return elements(name, maxSize, this::text);
  }

  /** The integers of an array. */
  List<Long> integerList(String name, int maxSize) {
    return elements(name, maxSize, (at, e) -> integer(at, e, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  /** The names of all fields. */
  Set<String> names() {
    Set<String> names = new TreeSet<>();
    fields.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The values that {@code convert} makes of the texts of an array. */
  <T> List<T> textList(String name, int maxSize, Function<String, T> convert) {
    return elements(name, maxSize, (at, e) -> converted(at, text(at, e), convert));
  }

  /** An object of any names, whose values are texts. */
  Map<String, String> texts(String name, int maxSize) {
    return map(name, maxSize, JsonFields::text);
  }

  /** An object of any names, whose values are integers. */
  Map<String, Long> integers(String name, int maxSize) {
    return map(name, maxSize, JsonFields::integer);
  }

  /**
   * The value that {@code make} makes of this object's fields; what it refuses is said of this
   * object.
   */
  <T> T make(Supplier<T> make) {
    try {
      return make.get();
    } catch (IllegalArgumentException e) {
      throw broken(path.isEmpty() ? "" + e.getMessage() : path + "." + e.getMessage(), e);
    }
  }

  /** The exception that says what is wrong with a field. */
  DataDamagedException damaged(String name, String problem) {
    return broken(join(path, name) + ": " + problem, null);
  }

  /** The exception that says what refused this object. */
  DataDamagedException damaged(RuntimeException refusal) {
    return broken((path.isEmpty() ? "" : path + ": ") + refusal.getMessage(), refusal);
  }

  static String join(String path, String name) {
    String shown = Checks.shown(name);
    String plain = shown.equals("'" + name + "'") ? name : shown;
    return path.isEmpty() ? plain : path + "." + plain;
  }

  /** {@code value} for a message. */
  static String shown(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case STRING -> Checks.shown(value.textValue());
      default -> value.asText();
    };
  }

  private <T> Map<String, T> map(String name, int maxSize, Getter<T> getter) {
    return object(
        name,
        entries -> {
          checkSize(name, "entries", entries.fields.size(), maxSize);
          Map<String, T> map = new TreeMap<>();
          entries.fields.fieldNames().forEachRemaining(n -> map.put(n, getter.get(entries, n)));
          return map;
        });
  }

  @FunctionalInterface
  private interface Getter<T> {
    T get(JsonFields fields, String name);
  }

  private JsonNode array(String name, int maxSize) {
    JsonNode array = present(name, "an array");
    if (!array.isArray()) {
      throw mistyped(name, "an array", array);
    }
    checkSize(name, "entries", array.size(), maxSize);
    return array;
  }

  private <T> List<T> elements(String name, int maxSize, BiFunction<String, JsonNode, T> convert) {
    JsonNode array = array(name, maxSize);
    List<T> list = new ArrayList<>(array.size());
    for (JsonNode element : array) {
      list.add(convert.apply(name + "[" + list.size() + "]", element));
    }
    return list;
  }

  private <T> T object(String at, JsonNode value, Function<JsonFields, T> convert) {
    if (!(value instanceof ObjectNode node)) {
      throw broken(at + " must be an object, found " + shown(value), null);
    }
    return convert.apply(new JsonFields(object, at, node));
  }

  private <V, T> T converted(String name, V value, Function<V, T> convert) {
    try {
      return convert.apply(value);
    } catch (IllegalArgumentException | InvalidRequestException e) {
      throw broken(join(path, name) + ": " + e.getMessage(), e);
    }
  }

  private long integer(String name, JsonNode value, long min, long max) {
    boolean fits = value.isIntegralNumber() && value.canConvertToLong();
    if (!fits || value.longValue() < min || value.longValue() > max) {
      throw mistyped(name, "an integer from " + min + " to " + max, value);
    }
    return value.longValue();
  }

  private String text(String name, JsonNode value) {
    if (!value.isTextual()) {
      throw mistyped(name, "text", value);
    }
    return value.textValue();
  }

  private JsonNode present(String name, String expected) {
    JsonNode value = fields.get(name);
    if (value == null) {
      throw broken(join(path, name) + " is missing, expected " + expected, null);
    }
    return value;
  }

  private void checkSize(String name, String what, int size, int maxSize) {
    if (size > maxSize) {
      throw broken(
          join(path, name) + " must have at most " + maxSize + " " + what + ", found " + size,
          null);
    }
  }

  private DataDamagedException mistyped(String name, String expected, JsonNode found) {
    return broken(join(path, name) + " must be " + expected + ", found " + shown(found), null);
  }

  private DataDamagedException broken(String problem, @Nullable Throwable cause) {
    return new DataDamagedException(
        "the object " + object + " breaks the format: " + problem, cause);
  }
}
