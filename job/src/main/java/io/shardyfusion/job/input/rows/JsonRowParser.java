package io.shardyfusion.job.input.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.flink.wire.ShardRow;
import io.shardyfusion.job.input.options.DeleteRule;
import io.shardyfusion.job.input.options.EventTime;
import io.shardyfusion.job.input.options.InputOptions;
import io.shardyfusion.job.input.options.ValueSelection;
import io.shardyfusion.key.KeyType;
import io.shardyfusion.routing.ColumnType;
import io.shardyfusion.routing.RoutingColumn;
import io.shardyfusion.routing.RoutingContext;
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
 * the values of the needed columns begin and end; what is no string is then cut from the line, so
 * numbers stay as they are written.
 */
final class JsonRowParser implements RowParser {

  /** The deepest nesting of objects and arrays that is read. */
  static final int MAX_DEPTH = 1000;

  /**
   * Names are neither interned nor remembered: objects that are used as maps have ever-new ones,
   * and Jackson copies what it remembers for each row that brings one. Such rows are then parsed 60
   * times faster (65 000 to 4 000 000 a second), ordinary ones by a quarter slower (2 100 000 to 1
   * 550 000 rows of 250 bytes). Without that memory Jackson works on characters, not bytes, which
   * is why a row is decoded first.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxDocumentLength(ReadLimits.DEFAULT.maxRowBytes())
                  .maxStringLength(ReadLimits.DEFAULT.maxRowBytes())
                  .maxNumberLength(ReadLimits.DEFAULT.maxRowBytes())
                  .maxNameLength(ReadLimits.DEFAULT.maxRowBytes())
                  .maxNestingDepth(MAX_DEPTH)
                  .build())
          .build();

  private final InputOptions options;
  private final RowKeys keys;
  private final JsonBytes json = new JsonBytes();

  /** The needed columns. */
  private final String[] columns;

  /** For each needed column what the row has, or null, and how it is written. */
  private final @Nullable JsonToken[] tokens;

  private final String[] written;

  /** For each needed column that is a string its text, without quotes and escapes. */
  private final String[] texts;

  /** The key's column; none if it is of the record. */
  private final int keySlot;

  private final int deleteSlot;
  private final int timeSlot;
  private final int[] valueSlots;
  private final byte[][] valueNames;

  /** Reads the row that was parsed last, where routing asks it. */
  private final RoutingContext rowColumns = this::columnOf;

  private long eventTime = Long.MIN_VALUE;

  JsonRowParser(InputOptions options, Sharding sharding) {
    this.options = options;
    this.keys = new RowKeys(options, sharding);
    List<String> needed = List.copyOf(options.neededColumns(sharding));
    this.columns = needed.toArray(new String[0]);
    this.tokens = new JsonToken[columns.length];
    this.written = new String[columns.length];
    this.texts = new String[columns.length];
    String keyColumn = options.key().column();
    this.keySlot = keyColumn == null ? -1 : needed.indexOf(keyColumn);
    EventTime time = options.eventTime();
    this.timeSlot = time == null ? -1 : needed.indexOf(time.column());
    DeleteRule deletes = options.deletes();
    this.deleteSlot = deletes == null ? -1 : needed.indexOf(deletes.column());
    this.valueSlots = options.value().columns().stream().mapToInt(needed::indexOf).toArray();
    this.valueNames = JsonBytes.memberNames(options.value().columns());
  }

  @Override
  public ShardRow parse(RawRow raw) throws BadRowException {
    if (raw.isTombstone) {
      return keys.rowOfRecord(raw, null, RoutingContext.none());
    }
    Utf8.check(raw);
    String line = new String(raw.data, raw.from, raw.length(), StandardCharsets.UTF_8);
    findColumns(line);
    EventTime time = options.eventTime();
    if (time != null) {
      eventTime = eventTime(time.column());
    }
    byte[] value = isDeleted() ? null : value(raw);
    return keySlot < 0 ? keys.rowOfRecord(raw, value, rowColumns) : keyed(raw.order, value);
  }

  @Override
  public long eventTime() {
    return eventTime;
  }

  private long eventTime(String column) throws BadRowException {
    return switch (tokenOf(timeSlot)) {
      case VALUE_NUMBER_INT -> EventTimeText.ofInteger(column, written[timeSlot]);
      case VALUE_STRING -> EventTimeText.ofInstant(column, texts[timeSlot]);
      default -> throw EventTimeText.bad(column, written[timeSlot]);
    };
  }

  private void findColumns(String line) throws BadRowException {
    Arrays.fill(tokens, null);
    try (JsonParser parser = JSON.createParser(line)) {
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
          take(slot, token, parser, line);
        }
      }
      JsonToken next = parser.nextToken();
      if (next != null) {
        throw new BadRowException(
            null,
            next == JsonToken.START_OBJECT
                ? "there is more than one JSON object in the line"
                : "not valid JSON: expected the end of the line, found " + described(next));
      }
    } catch (StreamConstraintsException e) {
      throw new BadRowException(null, "beyond the limits of a row: " + reasonOf(e));
    } catch (JsonProcessingException e) {
      throw new BadRowException(null, "not valid JSON: " + reasonOf(e));
    } catch (IOException e) {
      // Reading from a string fails in no other way.
      throw new UncheckedIOException(e);
    }
  }

  private void take(int slot, JsonToken token, JsonParser parser, String line)
      throws IOException, BadRowException {
    if (tokens[slot] != null) {
      throw new BadRowException(columns[slot], "the row has it twice");
    }
    tokens[slot] = token;
    int start = (int) parser.currentTokenLocation().getCharOffset();
    if (token == JsonToken.VALUE_STRING) {
      texts[slot] = parser.getText();
    } else {
      parser.skipChildren();
      parser.finishToken();
    }
    written[slot] = line.substring(start, (int) parser.currentLocation().getCharOffset());
  }

  private int slotOf(String name) {
    for (int i = 0; i < columns.length; i++) {
      if (columns[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isDeleted() throws BadRowException {
    DeleteRule deletes = options.deletes();
    return deletes != null
        && deletes.values().contains(new String(bytesOf(deleteSlot), StandardCharsets.UTF_8));
  }

  private byte[] value(RawRow raw) throws BadRowException {
    if (options.value() instanceof ValueSelection.Row) {
      return Arrays.copyOfRange(raw.data, raw.from, raw.to);
    }
    if (options.value() instanceof ValueSelection.Column) {
      return bytesOf(valueSlots[0]);
    }
    json.clear();
    for (int i = 0; i < valueSlots.length; i++) {
      int slot = valueSlots[i];
      tokenOf(slot);
      json.append(valueNames[i]);
      json.appendCompact(written[slot]);
    }
    json.append('}');
    return json.toByteArray();
  }

  private ShardRow keyed(long order, byte @Nullable [] value) throws BadRowException {
    boolean wantsInteger = options.key().type() == KeyType.LONG;
    JsonToken token = tokenOf(keySlot);
    if (token != (wantsInteger ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_STRING)) {
      throw new BadRowException(
          columns[keySlot],
          (wantsInteger ? "expected an integer, found " : "expected a string, found ")
              + described(token)
              + shownKey(token));
    }
    byte[] key = bytesOf(keySlot);
    return keys.row(order, key, 0, key.length, value, rowColumns);
  }

  /** The value of a column of the row that was parsed last. */
  private Object columnOf(RoutingColumn column) {
    int slot = slotOf(column.name());
    JsonToken token = slot < 0 ? null : tokens[slot];
    if (token == null) {
      return RoutingContext.none().value(column);
    }
    boolean isInteger = column.type() == ColumnType.LONG;
    if (token != (isInteger ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_STRING)) {
      throw new InvalidRequestException(
          "the routing column %s is of type %s, found %s"
              .formatted(column, column.type().externalName(), described(token)));
    }
    return column.parse(isInteger ? written[slot] : texts[slot]);
  }

  private String shownKey(JsonToken token) {
    String key = written[keySlot];
    return switch (token) {
      case VALUE_STRING -> " " + BadRowException.shown(key.substring(1, key.length() - 1));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> " " + key;
      default -> "";
    };
  }

  private JsonToken tokenOf(int slot) throws BadRowException {
    JsonToken token = tokens[slot];
    if (token == null) {
      throw new BadRowException(columns[slot], "the row does not have it");
    }
    return token;
  }

  /** A string's UTF-8 bytes, or the compact JSON of a value that is no string. */
  private byte[] bytesOf(int slot) throws BadRowException {
    if (tokenOf(slot) != JsonToken.VALUE_STRING) {
      json.clear();
      json.appendCompact(written[slot]);
      return json.toByteArray();
    }
    try {
      return Utf8.encode(texts[slot]);
    } catch (CharacterCodingException e) {
      throw new BadRowException(
          columns[slot], "an escape is half of a surrogate pair, which has no UTF-8 form");
    }
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
    String reason = e.getOriginalMessage().lines().findFirst().orElse("");
    return e.getLocation() == null
        ? reason
        : reason + " (at character " + e.getLocation().getCharOffset() + " of the row)";
  }
}
