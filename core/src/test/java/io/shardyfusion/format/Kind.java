package io.shardyfusion.format;

import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The four kinds of documents, each with its parser. */
enum Kind {
  POINTER(
      PointerParser::fromJson, v -> PointerParser.toJson((Pointer) v), Limits.MAX_POINTER_BYTES),
  MANIFEST(
      ManifestParser::fromJson,
      v -> ManifestParser.toJson((Manifest) v),
      Limits.MAX_MANIFEST_BYTES),
  DESCRIPTOR(
      ShardDescriptorParser::fromJson,
      v -> ShardDescriptorParser.toJson((ShardDescriptor) v),
      Limits.MAX_DESCRIPTOR_BYTES),
  RUN(
      RunRecordParser::fromJson,
      v -> RunRecordParser.toJson((RunRecord) v),
      Limits.MAX_RUN_RECORD_BYTES);

  private final BiFunction<String, byte[], Object> parser;
  private final Function<Object, byte[]> writer;
  private final int maxBytes;

  Kind(BiFunction<String, byte[], Object> parser, Function<Object, byte[]> writer, int maxBytes) {
    this.parser = parser;
    this.writer = writer;
    this.maxBytes = maxBytes;
  }

  Object parse(String object, byte[] json) {
    return parser.apply(object, json);
  }

  byte[] write(Object value) {
    return writer.apply(value);
  }

  int maxBytes() {
    return maxBytes;
  }

  /** The kind of a fixture, by the first word of its name. */
  static Kind of(String file) {
    return valueOf(file.split("[-.]", 2)[0].toUpperCase(Locale.ROOT));
  }
}
