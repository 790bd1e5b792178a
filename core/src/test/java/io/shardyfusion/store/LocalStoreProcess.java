package io.shardyfusion.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.StorageException;
import io.shardyfusion.store.ConditionalWrite.Written;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a process of its own does to a local store in tests. */
final class LocalStoreProcess {

  static final String COUNTER = "counter";

  private LocalStoreProcess() {}

  /** The command that runs {@link #main} in another JVM. */
  static List<String> command(Path root, String action, int number) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx64m",
        "-XX:-UsePerfData",
        "-cp",
        System.getProperty("java.class.path"),
        LocalStoreProcess.class.getName(),
        root.toString(),
        action,
        String.valueOf(number));
  }

  public static void main(String[] args) {
    int number = Integer.parseInt(args[2]);
    try (ObjectStore store = new LocalObjectStore(Path.of(args[0]))) {
      if (args[1].equals("add")) {
        add(store, number);
      } else {
        store.write("object", new byte[number]);
      }
    } catch (StorageException e) {
      System.out.println(e.getMessage());
      System.exit(3);
    }
  }

  /** Adds to a counter by compare-and-set. */
  static void add(ObjectStore store, int additions) {
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
