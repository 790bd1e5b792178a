package io.shardyfusion.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The files of {@code src-test-resources/format/v1}. */
final class Fixtures {

  static final Path DIRECTORY =
      Path.of(System.getProperty("shardyfusion.root"), "src-test-resources", "format", "v1");

  /** Those of the valid ones that are what the writer writes, with the values in them. */
  static final Map<String, Supplier<Object>> WRITTEN =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("pointer.json", Samples::pointer),
              Map.entry("pointer-claimed.json", Samples::claimedPointer),
              Map.entry("pointer-estimated.json", Samples::estimatedPointer),
              Map.entry("pointer-held.json", Samples::heldPointer),
              Map.entry("pointer-rolled-back.json", Samples::rolledBackPointer),
              Map.entry("manifest.json", Samples::manifest),
              Map.entry("manifest-empty.json", Samples::firstManifest),
              Map.entry("manifest-streaming.json", Samples::streamingManifest),
              Map.entry("manifest-counted.json", Samples::countedManifest),
              Map.entry("manifest-value-schema.json", Samples::avroManifest),
              Map.entry("manifest-value-schema-json.json", Samples::jsonSchemaManifest),
              Map.entry("descriptor.json", Samples::descriptor),
              Map.entry("descriptor-empty.json", () -> Samples.emptyDescriptor(1)),
              Map.entry("descriptor-streaming.json", Samples::streamingDescriptor),
              Map.entry("run.json", Samples::runRecord),
              Map.entry("run-succeeded.json", Samples::succeededRun),
              Map.entry("run-warned.json", Samples::warnedRun),
              Map.entry("run-needs.json", Samples::needyRun),
              Map.entry("run-needs-base.json", Samples::replacingRun),
              Map.entry("run-failed.json", Samples::failedRun)));

  private Fixtures() {}

  static byte[] valid(String file) {
    return bytes(DIRECTORY.resolve("valid").resolve(file));
  }

  static byte[] invalid(String file) {
    return bytes(DIRECTORY.resolve("invalid").resolve(file));
  }

  /** The lines of an index. */
  static List<JsonNode> lines(Path file) {
    try (var values =
        new ObjectMapper().readerFor(JsonNode.class).<JsonNode>readValues(file.toFile())) {
      return values.readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of the JSON documents in a folder. */
  static List<String> documents(String folder) {
    try (Stream<Path> files = Files.list(DIRECTORY.resolve(folder))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".json"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
