package io.shardyfusion.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.temporal.ChronoUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.ClosedException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.ConditionalRead.Changed;
import io.shardyfusion.store.ConditionalRead.Missing;
import io.shardyfusion.store.ConditionalWrite.Conflict;
import io.shardyfusion.store.ConditionalWrite.Written;
import io.shardyfusion.store.Expectation.Absent;
import io.shardyfusion.store.Expectation.Unchanged;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link ObjectStore} promises, whatever the storage. */
public abstract class ObjectStoreContractTest {

  private static final int WRITERS = 8;
  private static final int ROUNDS = 20;

  @TempDir protected Path directory;
  private ObjectStore store;

  /** A new, empty store. */
  protected abstract ObjectStore open();

  /** A second store on the root of another. */
  protected abstract ObjectStore sameAs(ObjectStore first);

  /** Makes many objects, in no time. */
  protected abstract void createAll(List<String> keys) throws IOException;

  /** Where a file becomes an object. */
  protected static void createFiles(Path directory, List<String> keys) throws IOException {
    for (String key : keys) {
      Path file = directory.resolve(key);
      Files.createDirectories(file.getParent());
      Files.write(file, bytes(key));
    }
  }

  @BeforeEach
  protected final void openStore() {
    store = open();
  }

  @AfterEach
  protected final void closeStore() {
    store.close();
  }

  @Test
  void whatIsWrittenIsRead() {
    store.write("a/b/c.json", bytes("one"));
    assertThat(content("a/b/c.json")).isEqualTo("one");
    store.write("a/b/c.json", bytes("two"));
    assertThat(content("a/b/c.json")).isEqualTo("two");
  }

  @Test
  void anEmptyObjectIsNoMissingObject() {
    store.write("empty", new byte[0]);
    assertThat(store.read("empty", 0)).hasValueSatisfying(o -> assertThat(o.content()).isEmpty());
    assertThat(store.stat("empty").orElseThrow().size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a b+c%20d&e=f", "ümläut/日本/😀", "'quotes\"<xml>", "a?b#c", "..a/b..", "~"})
  void anOddKeyNamesItsOwnObject(String key) {
    String fileNames = System.getProperty("sun.jnu.encoding", "UTF-8");
    assumeTrue(Charset.forName(fileNames).newEncoder().canEncode(key), "file names in ASCII only");
    store.write(key, bytes(key));
    assertThat(content(key)).isEqualTo(key);
    assertThat(store.stat(key).orElseThrow().key()).isEqualTo(key);
    assertThat(keys("")).containsExactly(key);
    store.delete(List.of(key));
    assertThat(keys("")).isEmpty();
  }

  @Test
  void aMissingObjectIsEmpty() {
    assertThat(store.read("x/y", 10)).isEmpty();
    assertThat(store.stat("x/y")).isEmpty();
    assertThat(store.readIfChanged("x/y", new ObjectTag("\"0\""), 10)).isEqualTo(new Missing());
    assertThat(store.download("x/y", directory.resolve("target"))).isEmpty();
    assertThat(directory.resolve("target")).doesNotExist();
    assertThat(keys("")).isEmpty();
  }

  @Test
  void aFolderIsNoObject() {
    store.write("folder/object", bytes("1"));
    assertThat(store.read("folder", 10)).isEmpty();
    assertThat(store.stat("folder")).isEmpty();
    assertThat(store.download("folder", directory.resolve("target"))).isEmpty();
    assertThat(keys("folder/object/")).isEmpty();
    store.delete(List.of("folder"));
    assertThat(keys("")).containsExactly("folder/object");
  }

  @Test
  void readingIsBounded() {
    store.write("ten", new byte[10]);
    assertThat(store.read("ten", 10).orElseThrow().content()).hasSize(10);
    ObjectTag other = new ObjectTag("\"0\"");
    assertThatThrownBy(() -> store.read("ten", 9))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContainingAll("ten", "at most 9 bytes", "found 10");
    assertThatThrownBy(() -> store.readIfChanged("ten", other, 9))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContainingAll("ten", "at most 9 bytes", "found 10");
  }

  @Test
  void statTellsSizeAndTime() {
    Instant before = Instant.now();
    store.write("a/b", new byte[123]);
    ObjectInfo info = store.stat("a/b").orElseThrow();
    assertThat(info.key()).isEqualTo("a/b");
    assertThat(info.size()).isEqualTo(123);
    assertThat(Duration.between(before, info.modified()).abs()).isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void aConditionalReadTellsWhetherTheObjectChanged() {
    store.write("p", bytes("one"));
    ObjectTag one = store.read("p", 10).orElseThrow().tag();
    assertThat(store.readIfChanged("p", one, 10)).isEqualTo(new ConditionalRead.Unchanged());
    store.write("p", bytes("two"));
    assertThat(store.readIfChanged("p", one, 10))
        .isInstanceOfSatisfying(
            Changed.class,
            changed -> {
              assertThat(changed.object().content()).isEqualTo(bytes("two"));
              assertThat(changed.object().tag()).isNotEqualTo(one);
              assertThat(store.readIfChanged("p", changed.object().tag(), 10))
                  .isEqualTo(new ConditionalRead.Unchanged());
            });
    store.delete(List.of("p"));
    assertThat(store.readIfChanged("p", one, 10)).isEqualTo(new Missing());
  }

  @Test
  void aConditionalWriteCreatesOnlyWhatIsAbsent() {
    assertThat(store.writeIf("p", bytes("one"), new Absent())).isInstanceOf(Written.class);
    assertThat(store.writeIf("p", bytes("two"), new Absent())).isEqualTo(new Conflict());
    assertThat(content("p")).isEqualTo("one");
  }

  @Test
  void aConditionalWriteReplacesOnlyWhatIsUnchanged() {
    ObjectTag one = written(store.writeIf("p", bytes("one"), new Absent()));
    assertThat(store.read("p", 10).orElseThrow().tag()).isEqualTo(one);
    ObjectTag two = written(store.writeIf("p", bytes("two"), new Unchanged(one)));
    assertThat(store.read("p", 10).orElseThrow().tag()).isEqualTo(two);
    assertThat(store.writeIf("p", bytes("three"), new Unchanged(one))).isEqualTo(new Conflict());
    assertThat(content("p")).isEqualTo("two");
    store.write("p", bytes("four"));
    assertThat(store.writeIf("p", bytes("five"), new Unchanged(two))).isEqualTo(new Conflict());
    assertThat(content("p")).isEqualTo("four");
  }

  @Test
  void aConditionalWriteOfADeletedObjectConflicts() {
    ObjectTag one = written(store.writeIf("d/p", bytes("one"), new Absent()));
    store.delete(List.of("d/p"));
    assertThat(store.writeIf("d/p", bytes("two"), new Unchanged(one))).isEqualTo(new Conflict());
    assertThat(store.stat("d/p")).isEmpty();
    assertThat(store.writeIf("d/p", bytes("three"), new Absent())).isInstanceOf(Written.class);
  }

  @Test
  void ofConcurrentConditionalWritesOneWins() throws Exception {
    try (ObjectStore other = sameAs(store)) {
      ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
      try {
        Expectation expected = new Absent();
        for (int round = 0; round < ROUNDS; round++) {
          expected = new Unchanged(theOneWinner(threads, other, expected, round));
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private ObjectTag theOneWinner(
      ExecutorService threads, ObjectStore other, Expectation expected, int round)
      throws Exception {
    CyclicBarrier start = new CyclicBarrier(WRITERS);
    List<Callable<ConditionalWrite>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      ObjectStore through = i % 2 == 0 ? store : other;
      byte[] content = bytes("round " + round + " writer " + i);
      writers.add(
          () -> {
            start.await();
            return through.writeIf("race", content, expected);
          });
    }
    List<Written> winners = new ArrayList<>();
    int unknown = 0;
    for (Future<ConditionalWrite> outcome : threads.invokeAll(writers)) {
      try {
        if (outcome.get() instanceof Written written) {
          winners.add(written);
        }
      } catch (ExecutionException e) {
        // A server may fail under writers that meet; then the object tells.
        assertThat(e).hasCauseInstanceOf(AmbiguousWriteException.class);
        unknown++;
      }
    }
    ObjectTag stored = store.read("race", 100).orElseThrow().tag();
    assertThat(winners).as("winners of round %s", round).hasSizeBetween(unknown > 0 ? 0 : 1, 1);
    assertThat(winners).allSatisfy(winner -> assertThat(winner.tag()).isEqualTo(stored));
    return stored;
  }

  @Test
  void listingFindsWhatBeginsWithThePrefix() {
    for (String key : List.of("_CURRENT", "a/1", "a/2", "ab", "b/c/d/1", "b/c/d2", "bc/x")) {
      store.write(key, bytes(key));
    }
    assertThat(keys(""))
        .containsExactly("_CURRENT", "a/1", "a/2", "ab", "b/c/d/1", "b/c/d2", "bc/x");
    assertThat(keys("a")).containsExactly("a/1", "a/2", "ab");
    assertThat(keys("a/")).containsExactly("a/1", "a/2");
    assertThat(keys("b/c/d")).containsExactly("b/c/d/1", "b/c/d2");
    assertThat(keys("b/c/d/")).containsExactly("b/c/d/1");
    assertThat(keys("nothing/of/that")).isEmpty();
    try (Stream<ObjectInfo> found = store.list("b/c/d/")) {
      ObjectInfo info = found.findAny().orElseThrow();
      assertThat(info.size()).isEqualTo("b/c/d/1".length());
      assertThat(info.modified())
          .isCloseTo(store.stat("b/c/d/1").orElseThrow().modified(), within(1, SECONDS));
    }
  }

  @Test
  void thousandsOfObjectsAreListedOnceEachAndDeleted() throws Exception {
    List<String> many =
        IntStream.range(0, 2500).mapToObj(i -> "many/" + i % 7 + "/" + i).sorted().toList();
    createAll(many);
    assertThat(keys("many/")).isEqualTo(many);
    try (Stream<ObjectInfo> some = store.list("many/")) {
      assertThat(some.limit(3)).hasSize(3);
    }
    store.delete(many);
    assertThat(keys("")).isEmpty();
  }

  @Test
  void listingGoesOnWhileObjectsAreDeleted() {
    for (int i = 0; i < 20; i++) {
      store.write("d" + i + "/object", bytes("1"));
    }
    try (Stream<ObjectInfo> found = store.list("")) {
      Iterator<ObjectInfo> objects = found.iterator();
      while (objects.hasNext()) {
        store.delete(List.of(objects.next().key()));
      }
    }
    assertThat(keys("")).isEmpty();
  }

  @Test
  void deletingWhatIsNotThereDoesNothing() {
    store.write("a/1", bytes("1"));
    store.write("a/2", bytes("2"));
    store.delete(List.of("a/1", "a/3", "x/y/z"));
    store.delete(List.of("a/1"));
    store.delete(List.of());
    assertThat(keys("")).containsExactly("a/2");
  }

  @Test
  void twentyMegabytesGoUpAndDownByteForByte() throws Exception {
    byte[] content = new byte[20 * 1024 * 1024 + 7];
    new Random(20).nextBytes(content);
    Path source = Files.write(directory.resolve("source"), content);
    store.upload("files/big.sst", source);
    assertThat(store.stat("files/big.sst").orElseThrow().size()).isEqualTo(content.length);
    Path target = directory.resolve("target");
    assertThat(store.download("files/big.sst", target)).contains((long) content.length);
    assertThat(Files.mismatch(source, target)).isEqualTo(-1);
    assertThat(store.read("files/big.sst", content.length).orElseThrow().content())
        .isEqualTo(content);
  }

  @Test
  void aDownloadTellsOfEachPieceBeforeItIsWrittenInTheCallingThread() {
    store.write("object", new byte[200_000]);
    Path target = directory.resolve("target");
    List<Long> pieces = new ArrayList<>();
    AtomicLong told = new AtomicLong();
    Thread caller = Thread.currentThread();
    assertThat(
            store.download(
                "object",
                target,
                bytes -> {
                  assertThat(Thread.currentThread()).isSameAs(caller);
                  assertThat(target.toFile().length()).isLessThanOrEqualTo(told.get());
                  told.addAndGet(bytes);
                  pieces.add(bytes);
                }))
        .contains(200_000L);
    assertThat(told).hasValue(200_000);
    assertThat(pieces).allSatisfy(bytes -> assertThat(bytes).isBetween(1L, 65_536L));
  }

  @Test
  void whatProgressThrowsEndsADownloadAndIsThrownOn() {
    byte[] content = new byte[1_000_000];
    store.write("object", content);
    Path target = directory.resolve("target");
    List<Long> pieces = new ArrayList<>();
    ClosedException enough = new ClosedException("enough");
    assertThatThrownBy(
            () ->
                store.download(
                    "object",
                    target,
                    bytes -> {
                      pieces.add(bytes);
                      if (pieces.size() == 2) {
                        throw enough;
                      }
                    }))
        .isSameAs(enough);
    assertThat(pieces).hasSize(2);
    assertThat(target.toFile().length()).isEqualTo(pieces.get(0));
    assertThat(store.read("object", content.length)).isPresent();
  }

  @Test
  void aStoreThatIsClosedEndsADownload() {
    store.write("object", new byte[10_000_000]);
    assertThatThrownBy(
            () -> store.download("object", directory.resolve("target"), bytes -> store.close()))
        .isInstanceOf(ClosedException.class);
  }

  @Test
  void uploadingReplaces() throws Exception {
    store.write("object", bytes("a longer content"));
    store.upload("object", Files.write(directory.resolve("source"), bytes("short")));
    assertThat(content("object")).isEqualTo("short");
    store.upload("empty", Files.write(directory.resolve("none"), new byte[0]));
    assertThat(content("empty")).isEmpty();
  }

  @Test
  void uploadingAMissingFileNamesIt() {
    assertThatThrownBy(() -> store.upload("object", directory.resolve("no-such-file")))
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll("no-such-file", "object");
    assertThat(keys("")).isEmpty();
  }

  @Test
  void downloadingNeverReplacesAFile() throws Exception {
    store.write("object", bytes("new"));
    Path target = Files.write(directory.resolve("target"), bytes("old"));
    assertThatThrownBy(() -> store.download("object", target))
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll("object", target.toString(), "exists already");
    assertThat(target).hasContent("old");
  }

  @Test
  void downloadingIntoAMissingDirectoryNamesIt() {
    store.write("object", bytes("new"));
    Path target = directory.resolve("no-such-directory/target");
    assertThatThrownBy(() -> store.download("object", target))
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll("object", target.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "a/..",
        "./a",
        "a/./b",
        "a\\b",
        "a\nb",
        "a\u0000b",
        "\ud800",
        ".tmp",
        ".tmp/a"
      })
  void aKeyThatIsNoneIsRefused(String key) {
    Path target = directory.resolve("target");
    ObjectTag tag = new ObjectTag("\"0\"");
    List<Runnable> calls =
        List.of(
            () -> store.read(key, 1),
            () -> store.readIfChanged(key, tag, 1),
            () -> store.download(key, target),
            () -> store.write(key, new byte[1]),
            () -> store.upload(key, target),
            () -> store.writeIf(key, new byte[1], new Absent()),
            () -> store.stat(key),
            () -> store.delete(List.of("fine", key)));
    for (Runnable call : calls) {
      assertThatThrownBy(call::run)
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("cannot be an object's key: it ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/a", "a//", "../", "a/../b", "./a", ".tmp/", "a\u0000b"})
  void aPrefixThatBeginsNoKeyIsRefused(String prefix) {
    assertThatThrownBy(() -> store.list(prefix))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("cannot begin an object's key: it ");
  }

  @Test
  void aKeyOfMoreThan1024BytesIsRefused() {
    assertThatThrownBy(() -> store.stat("ä".repeat(513)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("longer than 1024 bytes");
  }

  @Test
  void aClosedStoreSaysSo() {
    store.close();
    store.close();
    assertThatThrownBy(() -> store.read("a", 1))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining(store.root().toString());
    assertThatThrownBy(() -> store.list("")).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> store.delete(List.of("a"))).isInstanceOf(ClosedException.class);
  }

  /** The store under test. */
  protected final ObjectStore store() {
    return store;
  }

  protected final List<String> keys(String prefix) {
    try (Stream<ObjectInfo> found = store.list(prefix)) {
      return found.map(ObjectInfo::key).sorted().toList();
    }
  }

  protected final String content(String key) {
    return new String(store.read(key, 1 << 20).orElseThrow().content(), UTF_8);
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static ObjectTag written(ConditionalWrite outcome) {
    assertThat(outcome).isInstanceOf(Written.class);
    return ((Written) outcome).tag();
  }
}
