package io.shardyfusion.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
    return new BenchReport(thisMachine(), thisCommit(), results);
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

  /** The machine that this runs on. */
  static Map<String, Object> thisMachine() throws IOException {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("cpu", cpu());
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("heap_max_bytes", Runtime.getRuntime().maxMemory());
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("arch", System.getProperty("os.arch"));
    machine.put(
        "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    return machine;
  }

  private static String cpu() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return "unknown";
    }
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    }
  }

  /** The commit of the sources, or {@code unknown}. */
  static String thisCommit() {
    String home = System.getProperty("shardyfusion.home", ".");
    try {
      Process git =
          new ProcessBuilder(
                  List.of(
                      "git",
                      "-C",
                      home,
                      "describe",
                      "--always",
                      "--dirty",
                      "--abbrev=12",
                      "--exclude=*"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream out = git.getInputStream()) {
        String commit = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
        return commit.isEmpty() ? "unknown" : commit;
      }
    } catch (IOException e) {
      return "unknown";
    }
  }
}
