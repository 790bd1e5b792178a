package io.shardyfusion.cli.cloudcheck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.job.OptionHints;
import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.S3Transfers;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.StoredObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A probe of what everything stands on: what a store can do, tried on objects of its own. */
final class StoreProbe implements AutoCloseable {

  private static final int WRITERS = 8;
  private static final int ROUNDS = 5;
  private static final int MAX_BYTES = 1 << 10;

  /** Parts as small as S3 takes them, and a file of three. */
  private static final S3Transfers TRANSFERS =
      new S3Transfers(S3Transfers.MIN_PART_BYTES, S3Transfers.MIN_PART_BYTES, WRITERS);

  private static final int FILE_BYTES = (int) (2 * S3Transfers.MIN_PART_BYTES + 1);

  private final CheckRoot root;
  private final String dataset;
  private final ObjectStore store;
  private final Path directory;
  private final Map<String, byte[]> written = new TreeMap<>();

  /**
   * Opens a store to try.
   *
   * @param dataset one below the root, with nothing in it
   * @param directory an existing one, for files
   */
  StoreProbe(CheckRoot root, String dataset, Path directory) {
    this.root = root;
    this.dataset = dataset;
    this.store = root.open(dataset);
    this.directory = directory;
  }

  /**
   * Tries everything.
   *
   * @throws ShardyfusionException if nothing can be written or read at all
   */
  List<TargetResult> run() throws InterruptedException {
    TargetResult basics = readAfterWrite();
    List<TargetResult> verdicts = new ArrayList<>(List.of(basics));
    verdicts.add(tried("a missing object is not found", this::missing));
    verdicts.add(tried("conditional reads", this::conditionalReads));
    verdicts.add(tried("conditional writes", this::conditionalWrites));
    if (verdicts.get(verdicts.size() - 1).ok()) {
      verdicts.add(tried("conditional writes at the same time", this::race));
    }
    if (!store.root().getScheme().equals("file")) {
      verdicts.add(checksums());
      verdicts.add(tried("large files in parts", this::parts));
    }
    verdicts.add(tried("listing", this::listing));
    verdicts.add(tried("deletion", this::deletion));
    return verdicts;
  }

  @Override
  public void close() {
    store.close();
  }

  private static TargetResult tried(String name, Callable<TargetResult> attempt)
      throws InterruptedException {
    try {
      return attempt.call();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e instanceof RuntimeException ended ? ended : new IllegalStateException(e);
      }
      return new TargetResult(name, OptionHints.in(String.valueOf(e.getMessage())), false);
    }
  }

  private TargetResult readAfterWrite() {
    byte[] second = utf8("second");
    write("basics", utf8("first"));
    write("basics", second);
    boolean same = Arrays.equals(content("basics"), second);
    return new TargetResult(
        "a read sees the last write", same ? "it does" : "it saw another", same);
  }

  private TargetResult missing() {
    boolean missing = store.read("nothing", MAX_BYTES).isEmpty();
    return new TargetResult(
        "a missing object is not found", missing ? "it is not" : "something was found", missing);
  }

  private TargetResult conditionalReads() {
    StoredObject before = store.read("basics", MAX_BYTES).orElseThrow();
    boolean unchanged =
        store.readIfChanged("basics", before.tag(), MAX_BYTES) instanceof ConditionalRead.Unchanged;
    write("basics", utf8("third"));
    boolean changed =
        store.readIfChanged("basics", before.tag(), MAX_BYTES) instanceof ConditionalRead.Changed;
    return new TargetResult(
        "conditional reads",
        unchanged && changed ? "honoured" : "not honoured: an idle refresh costs a whole read",
        unchanged && changed);
  }

  private TargetResult conditionalWrites() {
    byte[] first = utf8("first");
    byte[] second = utf8("second");
    List<String> ignored = new ArrayList<>();
    ObjectTag tag = tagOf(store.writeIf("pointer", first, new Expectation.Absent()));
    if (store.writeIf("pointer", second, new Expectation.Absent())
        instanceof ConditionalWrite.Written) {
      ignored.add("an object that was to be absent was replaced");
    }
    tagOf(store.writeIf("pointer", second, new Expectation.Unchanged(tag)));
    if (store.writeIf("pointer", first, new Expectation.Unchanged(tag))
        instanceof ConditionalWrite.Written) {
      ignored.add("an object that had changed was replaced");
    }
    written.put("pointer", second);
    if (ignored.isEmpty() && !Arrays.equals(content("pointer"), second)) {
      ignored.add("a write that was refused took effect");
    }
    return new TargetResult(
        "conditional writes",
        ignored.isEmpty() ? "honoured" : "not honoured: " + String.join("; ", ignored),
        ignored.isEmpty());
  }

  /** One of several writers with the same expectation, at the same time, must win. */
  private TargetResult race() throws Exception {
    String name = "conditional writes at the same time";
    ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
    try {
      for (int round = 1; round <= ROUNDS; round++) {
        Expectation expectation =
            new Expectation.Unchanged(store.read("pointer", MAX_BYTES).orElseThrow().tag());
        List<Callable<ConditionalWrite>> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
          byte[] content = utf8("round " + round + " writer " + writer);
          writers.add(() -> store.writeIf("pointer", content, expectation));
        }
        int winners = 0;
        for (Future<ConditionalWrite> outcome : executor.invokeAll(writers)) {
          winners += outcome.get() instanceof ConditionalWrite.Written ? 1 : 0;
        }
        written.put("pointer", content("pointer"));
        if (winners != 1) {
          return new TargetResult(
              name, winners + " of " + WRITERS + " writers won: not safe for several", false);
        }
      }
    } finally {
      executor.shutdownNow();
    }
    return new TargetResult(
        name, "1 of " + WRITERS + " writers won, " + ROUNDS + " times of " + ROUNDS, true);
  }

  /** Everything that was written before had them, or had not. */
  private TargetResult checksums() {
    return new TargetResult(
        "checksums", root.options().s3Checksums() ? "sent, and accepted" : "switched off", true);
  }

  private TargetResult parts() throws Exception {
    byte[] content = new byte[FILE_BYTES];
    new SplittableRandom(1).nextBytes(content);
    Path file = Files.write(directory.resolve("file"), content);
    Path copy = directory.resolve("copy");
    StoreOptions options = root.options().toBuilder().s3Transfers(TRANSFERS).build();
    try (CountingObjectStore counted = new CountingObjectStore(root.open(dataset, options))) {
      counted.upload("large", file);
      written.put("large", content);
      counted.download("large", copy);
      boolean same = Files.mismatch(file, copy) < 0;
      return new TargetResult(
          "large files in parts",
          same
              ? counted.puts() + " PUTs up, " + counted.gets() + " ranged GETs down"
              : "what came back is not what was uploaded",
          same);
    }
  }

  private TargetResult listing() {
    write("folder/a", utf8("a"));
    write("folder/b", utf8(""));
    Map<String, Long> expected =
        written.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> (long) e.getValue().length));
    Map<String, Long> found;
    try (Stream<ObjectInfo> objects = store.list("")) {
      found = objects.collect(Collectors.toMap(ObjectInfo::key, ObjectInfo::size));
    }
    boolean same = found.equals(expected);
    return new TargetResult(
        "listing",
        same ? "shows what was written" : "expected " + expected + ", found " + found,
        same);
  }

  private TargetResult deletion() {
    store.delete(written.keySet());
    boolean gone;
    try (Stream<ObjectInfo> objects = store.list("")) {
      gone = objects.findAny().isEmpty();
    }
    gone &= store.read("folder/a", MAX_BYTES).isEmpty();
    return new TargetResult("deletion", gone ? "seen at once" : "not seen at once", gone);
  }

  private void write(String key, byte[] content) {
    store.write(key, content);
    written.put(key, content);
  }

  private byte[] content(String key) {
    return store.read(key, MAX_BYTES).map(StoredObject::content).orElseGet(() -> new byte[0]);
  }

  private static ObjectTag tagOf(ConditionalWrite outcome) {
    if (outcome instanceof ConditionalWrite.Written done) {
      return done.tag();
    }
    throw new IllegalStateException("a write was refused whose condition held");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
