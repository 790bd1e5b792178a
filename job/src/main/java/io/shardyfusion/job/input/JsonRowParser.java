package io.shardyfusion.job.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
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
 * Parses JSON lines. The whole line is checked; values are then taken from the line's own bytes, so
 * numbers stay as they are written.
 */
final class JsonRowParser implements RowParser {

  /** Only for strings with escapes; they are bounded by the row. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private static final int KEY = 0;

  private final InputOptions options;
  private final KeyText keyText;
  private final JsonScanner scanner = new JsonScanner();
  private final JsonBytes json = new JsonBytes();

  /** The needed columns; the key's is the first. For each what the row has, or null, and where. */
  private final String[] columns;

  private final byte[][] columnBytes;
  private final JsonScanner.@Nullable Kind[] kinds;
  private final int[] starts;
  private final int[] ends;

  private final int deleteSlot;
  private final int[] valueSlots;
  private final byte[][] valueNames;

  JsonRowParser(InputOptions options, Sharding sharding) {
    this.options = options;
    this.keyText = new KeyText(options.key(), sharding);
    List<String> needed = List.copyOf(options.neededColumns());
    this.columns = needed.toArray(new String[0]);
    this.columnBytes =
        needed.stream()
            .map(column -> column.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    this.kinds = new JsonScanner.Kind[columns.length];
    this.starts = new int[columns.length];
    this.ends = new int[columns.length];
    DeleteRule deletes = options.deletes();
    this.deleteSlot = deletes == null ? -1 : needed.indexOf(deletes.column());
    this.valueSlots = options.value().columns().stream().mapToInt(needed::indexOf).toArray();
    this.valueNames = JsonBytes.memberNames(options.value().columns());
  }

  @Override
  public ShardRow parse(RawRow raw) throws BadRowException {
    Utf8.check(raw);
    findColumns(raw);
    boolean deleted = isDeleted(raw.data);
    return keyed(raw, deleted ? null : value(raw));
  }

  private void findColumns(RawRow raw) throws BadRowException {
    Arrays.fill(kinds, null);
    scanner.begin(raw.data, raw.from, raw.to);
    while (scanner.next()) {
      int slot = slotOf(raw.data, scanner.nameFrom(), scanner.nameTo());
      if (slot >= 0) {
        if (kinds[slot] != null) {
          throw new BadRowException(columns[slot], "the row has it twice");
        }
        kinds[slot] = scanner.kind();
        starts[slot] = scanner.valueFrom();
        ends[slot] = scanner.valueTo();
      }
    }
  }

  /** The needed column of that name, which is given with its quotes; -1 if there is none. */
  private int slotOf(byte[] data, int from, int to) {
    byte[] name = data;
    int nameFrom = from + 1;
    int nameTo = to - 1;
    if (hasEscape(data, from, to)) {
      name = unescaped(data, from, to).getBytes(StandardCharsets.UTF_8);
      nameFrom = 0;
      nameTo = name.length;
    }
    for (int i = 0; i < columnBytes.length; i++) {
      byte[] column = columnBytes[i];
      if (Arrays.equals(column, 0, column.length, name, nameFrom, nameTo)) {
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
      kindOf(slot);
      json.append(valueNames[i]);
      json.appendCompact(raw.data, starts[slot], ends[slot]);
    }
    json.append('}');
    return json.toByteArray();
  }

  private ShardRow keyed(RawRow raw, byte @Nullable [] value) throws BadRowException {
    JsonScanner.Kind kind = kindOf(KEY);
    int from = starts[KEY];
    int to = ends[KEY];
    if (options.key().type() == KeyType.LONG) {
      if (kind != JsonScanner.Kind.INTEGER) {
        throw wrongKey("expected an integer, found ", kind, raw.data);
      }
      return keyText.row(raw.order, raw.data, from, to, value);
    }
    if (kind != JsonScanner.Kind.STRING) {
      throw wrongKey("expected a string, found ", kind, raw.data);
    }
    if (hasEscape(raw.data, from, to)) {
      byte[] text = bytesOf(KEY, raw.data);
      return keyText.row(raw.order, text, 0, text.length, value);
    }
    return keyText.row(raw.order, raw.data, from + 1, to - 1, value);
  }

  private BadRowException wrongKey(String reason, JsonScanner.Kind kind, byte[] data) {
    String text = new String(data, starts[KEY], ends[KEY] - starts[KEY], StandardCharsets.UTF_8);
    String shown =
        switch (kind) {
          case STRING -> " " + BadRowException.shown(text.substring(1, text.length() - 1));
          case INTEGER, DECIMAL -> " " + text;
          default -> "";
        };
    return new BadRowException(columns[KEY], reason + kind.description() + shown);
  }

  private JsonScanner.Kind kindOf(int slot) throws BadRowException {
    JsonScanner.Kind kind = kinds[slot];
    if (kind == null) {
      throw new BadRowException(columns[slot], "the row does not have it");
    }
    return kind;
  }

  /** A string's UTF-8 bytes, or the compact JSON of a value that is no string. */
  private byte[] bytesOf(int slot, byte[] data) throws BadRowException {
    int from = starts[slot];
    int to = ends[slot];
    if (kindOf(slot) != JsonScanner.Kind.STRING) {
      json.clear();
      json.appendCompact(data, from, to);
      return json.toByteArray();
    }
    if (!hasEscape(data, from, to)) {
      return Arrays.copyOfRange(data, from + 1, to - 1);
    }
    try {
      return Utf8.encode(unescaped(data, from, to));
    } catch (CharacterCodingException e) {
      throw new BadRowException(
          columns[slot], "an escape is half of a surrogate pair, which has no UTF-8 form");
    }
  }

  private static boolean hasEscape(byte[] data, int from, int to) {
    return Bytes.indexOf(data, from, to, (byte) '\\') >= 0;
  }

  /** The text of a valid JSON string, which is given with its quotes. */
  private static String unescaped(byte[] data, int from, int to) {
    try (JsonParser parser = JSON.createParser(data, from, to - from)) {
      parser.nextToken();
      return parser.getText();
    } catch (IOException e) {
      // From an array there is no other failure.
      throw new UncheckedIOException(e);
    }
  }
}
