package io.shardyfusion.job.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.shardyfusion.flink.ShardRow;
import io.shardyfusion.key.KeyType;
import io.shardyfusion.routing.Sharding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses JSON lines. Jackson walks over the whole line, so that all of it is valid, and says where
 * the values of the needed columns begin and end; values are then taken from the line's own bytes,
 * so numbers stay as they are written.
 */
final class JsonRowParser implements RowParser {

  /**
   * Rows are bounded in bytes already; names are not interned, for data may have any number of
   * them.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private static final int KEY = 0;

  private final InputOptions options;
  private final KeyText keyText;
  private final JsonBytes json = new JsonBytes();

  /** The needed columns; the key's is the first. For each what the row has, or null, and where. */
  private final String[] columns;

  private final @Nullable JsonToken[] tokens;
  private final int[] starts;
  private final int[] ends;

  private final int deleteSlot;
  private final int[] valueSlots;
  private final byte[][] names;

  JsonRowParser(InputOptions options, Sharding sharding) {
    this.options = options;
    this.keyText = new KeyText(options.key(), sharding);
    List<String> needed = List.copyOf(options.neededColumns());
    this.columns = needed.toArray(new String[0]);
    this.tokens = new JsonToken[columns.length];
    this.starts = new int[columns.length];
    this.ends = new int[columns.length];
    DeleteRule deletes = options.deletes();
    this.deleteSlot = deletes == null ? -1 : needed.indexOf(deletes.column());
    this.valueSlots = options.value().columns().stream().mapToInt(needed::indexOf).toArray();
    this.names = CsvRowParser.namesOf(options.value().columns());
  }

  @Override
  public ShardRow parse(RawRow raw) throws BadRowException {
    int invalid = Utf8.firstInvalid(raw.data, raw.from, raw.to);
    if (invalid >= 0) {
      throw CsvFields.invalidUtf8(raw.data, raw.from, invalid);
    }
    findColumns(raw);
    boolean deleted = isDeleted(raw.data);
    byte[] value = deleted ? null : value(raw);
    return keyed(raw, value);
  }

  private void findColumns(RawRow raw) throws BadRowException {
    Arrays.fill(tokens, null);
    try (JsonParser parser = JSON.createParser(raw.data, raw.from, raw.length())) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw new BadRowException(null, "expected a JSON object, found " + described(first));
      }
      String name;
      while ((name = parser.nextFieldName()) != null) {
        JsonToken token = parser.nextToken();
        int slot = slotOf(name);
        if (slot < 0) {
          parser.skipChildren();
        } else {
          take(slot, token, parser, raw.from);
        }
      }
      if (parser.nextToken() != null) {
        throw new BadRowException(null, "there is more than one JSON object in the line");
      }
    } catch (JsonProcessingException e) {
      throw new BadRowException(null, "not valid JSON: " + reasonOf(e));
    } catch (IOException e) {
      // From an array, there is no other.
      throw new UncheckedIOException(e);
    }
  }

  private void take(int slot, JsonToken token, JsonParser parser, int from)
      throws IOException, BadRowException {
    if (tokens[slot] != null) {
      throw new BadRowException(columns[slot], "the row has it twice");
    }
    tokens[slot] = token;
    starts[slot] = from + (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    ends[slot] = from + (int) parser.currentLocation().getByteOffset();
  }

  private int slotOf(String name) {
    for (int i = 0; i < columns.length; i++) {
      if (columns[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isDeleted(byte[] data) throws BadRowException {
    DeleteRule deletes = options.deletes();
    return deletes != null
        && deletes.values().contains(new String(bytesOf(deleteSlot, data), StandardCharsets.UTF_8));
  }

  private byte[] value(RawRow raw) throws BadRowException {
    if (options.value() instanceof ValueSelection.Row) {
      return Arrays.copyOfRange(raw.data, raw.from, raw.to);
    }
    if (options.value() instanceof ValueSelection.Column) {
      return bytesOf(valueSlots[0], raw.data);
    }
    json.clear();
    for (int i = 0; i < valueSlots.length; i++) {
      int slot = valueSlots[i];
      tokenOf(slot);
      json.append(names[i]);
      json.appendCompact(raw.data, starts[slot], ends[slot]);
    }
    json.append('}');
    return json.toByteArray();
  }

  private ShardRow keyed(RawRow raw, byte @Nullable [] value) throws BadRowException {
    JsonToken token = tokenOf(KEY);
    boolean wantsInteger = options.key().type() == KeyType.LONG;
    if (token != (wantsInteger ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_STRING)) {
      throw new BadRowException(
          columns[KEY],
          (wantsInteger ? "expected an integer, found " : "expected a string, found ")
              + described(token)
              + textOf(KEY, raw.data));
    }
    if (wantsInteger) {
      return keyText.row(raw.order, raw.data, starts[KEY], ends[KEY], value);
    }
    if (hasEscape(KEY, raw.data)) {
      byte[] text = bytesOf(KEY, raw.data);
      return keyText.row(raw.order, text, 0, text.length, value);
    }
    return keyText.row(raw.order, raw.data, starts[KEY] + 1, ends[KEY] - 1, value);
  }

  private JsonToken tokenOf(int slot) throws BadRowException {
    JsonToken token = tokens[slot];
    if (token == null) {
      throw new BadRowException(columns[slot], "the row does not have it");
    }
    return token;
  }

  /** A string's UTF-8 bytes, or the compact JSON of a value that is no string. */
  private byte[] bytesOf(int slot, byte[] data) throws BadRowException {
    if (tokenOf(slot) != JsonToken.VALUE_STRING) {
      JsonBytes compact = slot == deleteSlot ? new JsonBytes() : json;
      compact.clear();
      compact.appendCompact(data, starts[slot], ends[slot]);
      return compact.toByteArray();
    }
    if (!hasEscape(slot, data)) {
      return Arrays.copyOfRange(data, starts[slot] + 1, ends[slot] - 1);
    }
    try (JsonParser parser = JSON.createParser(data, starts[slot], ends[slot] - starts[slot])) {
      parser.nextToken();
      return Utf8.encode(parser.getText());
    } catch (CharacterCodingException e) {
      throw new BadRowException(
          columns[slot], "an escape is half of a surrogate pair, which has no UTF-8 form");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean hasEscape(int slot, byte[] data) {
    return Bytes.indexOf(data, starts[slot], ends[slot], (byte) '\\') >= 0;
  }

  private String textOf(int slot, byte[] data) {
    JsonToken token = tokens[slot];
    if (token == null || !(token.isNumeric() || token == JsonToken.VALUE_STRING)) {
      return "";
    }
    boolean isString = token == JsonToken.VALUE_STRING;
    String text = new String(data, starts[slot], ends[slot] - starts[slot], StandardCharsets.UTF_8);
    return " " + (isString ? BadRowException.shown(text.substring(1, text.length() - 1)) : text);
  }

  private static String described(@Nullable JsonToken token) {
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "the string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number";
      case VALUE_TRUE -> "true";
      case VALUE_FALSE -> "false";
      case VALUE_NULL -> "null";
      default -> token.toString();
    };
  }

  /** Jackson's reason, with the place in the row but not the row. */
  private static String reasonOf(JsonProcessingException e) {
    String reason = e.getOriginalMessage();
    int end = reason.indexOf('\n');
    String firstLine = end < 0 ? reason : reason.substring(0, end);
    return e.getLocation() == null
        ? firstLine
        : firstLine + " (at byte " + e.getLocation().getByteOffset() + " of the row)";
  }
}
