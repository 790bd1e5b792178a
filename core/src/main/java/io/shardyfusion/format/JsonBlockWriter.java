package io.shardyfusion.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.shardyfusion.routing.BlockWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Writes what a strategy gives as the fields of the JSON object that is open. */
final class JsonBlockWriter implements BlockWriter {

  private final JsonGenerator json;
  private final Set<String> taken;

  private JsonBlockWriter(JsonGenerator json, Set<String> taken) {
    this.json = json;
    this.taken = new HashSet<>(taken);
  }

  /** Writes the block of a sharding, in which two names are taken. */
  static BlockWriter ofSharding(JsonGenerator json) {
    return new JsonBlockWriter(json, Set.of(ShardingParser.STRATEGY, ShardingParser.NUM_SHARDS));
  }

  @Override
  public void text(String name, String value) {
    Checks.possiblyEmptyText(name, value, Integer.MAX_VALUE);
    write(name, () -> json.writeString(value));
  }

  @Override
  public void integer(String name, long value) {
    write(name, () -> json.writeNumber(value));
  }

  @Override
  public void flag(String name, boolean value) {
    write(name, () -> json.writeBoolean(value));
  }

  @Override
  public void texts(String name, List<String> values) {
    values.forEach(value -> Checks.possiblyEmptyText(name, value, Integer.MAX_VALUE));
    write(name, () -> json.writeArray(values.toArray(new String[0]), 0, values.size()));
  }

  @Override
  public void integers(String name, List<Long> values) {
    long[] numbers = values.stream().mapToLong(Long::longValue).toArray();
    write(name, () -> json.writeArray(numbers, 0, numbers.length));
  }

  @Override
  public void object(String name, Consumer<BlockWriter> fields) {
    write(
        name,
        () -> {
          json.writeStartObject();
          fields.accept(new JsonBlockWriter(json, Set.of()));
          json.writeEndObject();
        });
  }

  private void write(String name, Value value) {
    if (!taken.add(name)) {
      throw new IllegalArgumentException(
          "the field " + Checks.shown(name) + " of a sharding's block is written already");
    }
    try {
      json.writeFieldName(name);
      value.write();
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot fail to be written", e);
    }
  }

  @FunctionalInterface
  private interface Value {
    void write() throws IOException;
  }
}
