package io.shardyfusion.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.StorageException;
import io.shardyfusion.store.ConditionalWrite.Written;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a process of its own does to a store in tests, and such a process. */
public final class StoreProcess {

  public static final String COUNTER = "counter";

  private StoreProcess() {}

  /** How a process ended, and what it printed. */
  public record Result(int exitCode, String output) {}

  /** The command that runs {@link #main} in another JVM. */
  public static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(StoreProcess.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /** Waits for a process to end. */
  public static Result run(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Result(process.waitFor(), output);
    } finally {
      process.destroyForcibly();
    }
  }

  /** {@code add N URI}, {@code write SIZE URI}, or {@code read KEY URI ENDPOINT}. */
  public static void main(String[] args) {
    StoreOptions options =
        args.length < 4
            ? StoreOptions.defaults()
            : StoreOptions.builder().s3Endpoint(URI.create(args[3])).s3PathStyle(true).build();
    try (ObjectStore store = ObjectStores.open(args[2], options)) {
      switch (args[0]) {
        case "add" -> add(store, Integer.parseInt(args[1]));
        case "write" -> store.write("object", new byte[Integer.parseInt(args[1])]);
        case "read" ->
            System.out.println(new String(store.read(args[1], 100).orElseThrow().content(), UTF_8));
        default -> throw new IllegalArgumentException(args[0]);
      }
    } catch (StorageException e) {
      System.out.println(e.getMessage());
      System.exit(3);
    }
  }

  /** Adds to a counter by compare-and-set. */
  public static void add(ObjectStore store, int additions) {
    for (int added = 0; added < additions; ) {
      Optional<StoredObject> found = store.read(COUNTER, 20);
      int value = found.map(o -> Integer.parseInt(new String(o.content(), UTF_8))).orElse(0);
      Expectation expected =
          found
              .<Expectation>map(o -> new Expectation.Unchanged(o.tag()))
              .orElseGet(Expectation.Absent::new);
      byte[] next = String.valueOf(value + 1).getBytes(UTF_8);
      if (store.writeIf(COUNTER, next, expected) instanceof Written) {
        added++;
      }
    }
  }
}
