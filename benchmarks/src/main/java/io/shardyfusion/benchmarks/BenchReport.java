package io.shardyfusion.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.shardyfusion.cli.measuring.Figures;
import io.shardyfusion.cli.measuring.MeasuredOn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The document that {@code --json} writes.
 *
 * @param machine what it was measured on
 * @param commit of the sources, or {@code unknown}
 * @param results the figures of each benchmark, by name
 */
record BenchReport(
    Map<String, Object> machine, String commit, Map<String, Map<String, Number>> results) {

  /** A report of this machine and these sources. */
  static BenchReport of(Map<String, Map<String, Number>> results) throws IOException {
    return new BenchReport(MeasuredOn.machine(), MeasuredOn.commit(), results);
  }

  /** Likewise. */
  static BenchReport ofFigures(Map<String, Figures> results) throws IOException {
    Map<String, Map<String, Number>> figures = new LinkedHashMap<>();
    results.forEach((name, f) -> figures.put(name, f.asMap()));
    return of(figures);
  }

  void write(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    Files.write(file, mapper.writeValueAsBytes(this));
  }
}
