package io.shardyfusion.store.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardyfusion.StorageException;
import io.shardyfusion.store.Expectation.Absent;
import io.shardyfusion.store.Expectation.Unchanged;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectStoreContractTest;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.StoreProcess;
import io.shardyfusion.store.open.ObjectStores;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LocalObjectStoreTest extends ObjectStoreContractTest {

  @Override
  protected ObjectStore open() {
    return new LocalObjectStore(directory.resolve("not yet/there"));
  }

  @Override
  protected ObjectStore sameAs(ObjectStore first) {
    return ObjectStores.open(first.root().toString(), StoreOptions.defaults());
  }

  @Override
  protected void createAll(List<String> keys) throws IOException {
    createFiles(root(), keys);
  }

  private Path root() {
    return directory.resolve("not yet/there");
  }

  @Test
  void openingAndReadingCreateNothing() throws Exception {
    store().read("a/b", 1);
    store().stat("a");
    store().delete(List.of("a/b"));
    store().writeIf("a", new byte[1], new Unchanged(new ObjectTag("0")));
    assertThat(keys("a/")).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anObjectIsTheFileOfItsKey() {
    store().write("a/b", bytes("content"));
    assertThat(root().resolve("a/b")).hasContent("content");
  }

  @Test
  void aFileWhoseNameIsNoTextIsNoObject() throws Exception {
    store().write("a/b", bytes("content"));
    // Names in Latin-1, which this process cannot write.
    String script = "cd \"$0\" && d=$(printf 'Z\\374rich') && mkdir $d && touch $d/c a/$d && ls";
    Process shell = new ProcessBuilder("sh", "-c", script, root().toString()).start();
    assumeTrue(shell.waitFor() == 0, "the file system has only names that are UTF-8");

    assertThat(keys("")).containsExactly("a/b");
    assertThat(keys("a/")).containsExactly("a/b");
  }

  @Test
  void nothingIsLeftButObjectsAndTheLock() throws Exception {
    store().write("a/b/1", bytes("1"));
    store().write("a/2", bytes("2"));
    store().writeIf("p", bytes("3"), new Absent());
    store().writeIf("p", bytes("4"), new Absent());
    assertThatThrownBy(() -> store().upload("a/3", directory.resolve("none")))
        .isInstanceOf(StorageException.class);
    assertThat(files()).containsExactly(".tmp/lock", "a/2", "a/b/1", "p");
    store().delete(List.of("a/b/1"));
    assertThat(root().resolve("a/b")).doesNotExist();
    store().delete(List.of("a/2", "p"));
    assertThat(files()).containsExactly(".tmp/lock");
    assertThat(root().resolve("a")).doesNotExist();
  }

  @Test
  void whatAKilledWriterLeftIsNotListedAndGoesAfterADay() throws Exception {
    store().write("a", bytes("1"));
    Path old = Files.write(root().resolve(".tmp/old"), bytes("half"));
    Path young = Files.write(root().resolve(".tmp/young"), bytes("half"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    assertThat(keys("")).containsExactly("a");
    try (ObjectStore next = new LocalObjectStore(root())) {
      next.write("b", bytes("2"));
    }
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void aRootThatIsAFileIsNamed() throws Exception {
    Path file = Files.write(directory.resolve("file"), bytes("mine"));
    for (Path bad : List.of(file, file.resolve("below"), file.resolve("far/below"))) {
      try (ObjectStore store = new LocalObjectStore(bad)) {
        for (Runnable call : everyCall(store)) {
          assertThatThrownBy(call::run)
              .isInstanceOf(StorageException.class)
              .hasMessageContainingAll(
                  bad.toString(), file + " is no directory", "name a directory");
        }
      }
    }
    assertThat(file).hasContent("mine");
  }

  private List<Runnable> everyCall(ObjectStore store) {
    return List.of(
        () -> store.read("a", 1),
        () -> store.stat("a/b"),
        () -> store.download("a", directory.resolve("target")),
        () -> store.write("a", bytes("1")),
        () -> store.upload("a", Path.of(System.getProperty("java.home"), "release")),
        () -> store.writeIf("a", bytes("1"), new Absent()),
        () -> store.delete(List.of("a")),
        () -> drain(store, ""),
        () -> drain(store, "a/"));
  }

  private static void drain(ObjectStore store, String prefix) {
    try (Stream<ObjectInfo> found = store.list(prefix)) {
      found.forEach(info -> {});
    }
  }

  @Test
  void thereIsNothingBelowAnObject() {
    store().write("a", bytes("1"));
    assertThat(store().read("a/b", 10)).isEmpty();
    assertThat(store().stat("a/b/c")).isEmpty();
    assertThat(store().download("a/b", directory.resolve("target"))).isEmpty();
    assertThat(keys("a/b/")).isEmpty();
    store().delete(List.of("a/b"));
    assertThat(keys("")).containsExactly("a");
  }

  @Test
  void anObjectBelowAnObjectIsRefused() {
    store().write("a", bytes("1"));
    assertThatThrownBy(() -> store().write("a/b", bytes("2")))
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll("a/b", root().resolve("a") + ": is a file");
    assertThatThrownBy(() -> store().writeIf("a/b", bytes("2"), new Absent()))
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll("a/b", root().resolve("a") + ": is a file");
    assertThat(content("a")).isEqualTo("1");
  }

  @Test
  void anObjectInPlaceOfAFolderIsRefused() {
    store().write("a/b", bytes("1"));
    assertThatThrownBy(() -> store().write("a", bytes("2")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(root().resolve("a").toString());
    assertThat(content("a/b")).isEqualTo("1");
  }

  @Test
  void aFullDiskIsNamedAsThat() {
    IOException raised = new IOException("No space left on device");
    assertThat(new LocalFailures(root()).explained("write 'a'", raised))
        .hasMessageContainingAll("write 'a'", root().toString(), "the disk is full", "free some");
  }

  @Test
  @Timeout(60)
  void aWriteThatOutgrowsTheFileSizeLimitLeavesNothing() throws Exception {
    List<String> command = StoreProcess.command("write", "1048576", root().toString());
    String line = "ulimit -f 64; exec '" + String.join("' '", command) + "'";
    StoreProcess.Result limited = StoreProcess.run(new ProcessBuilder("sh", "-c", line));
    assertThat(limited.output())
        .contains("write 'object'", root().toString(), "File too large", "ulimit");
    assertThat(limited.exitCode()).isEqualTo(3);
    assertThat(keys("")).isEmpty();
    assertThat(files()).isEmpty();
  }

  @Test
  void keysDoNotEscapeThroughSymbolicLinks() throws Exception {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.write(outside.resolve("secret"), bytes("secret"));
    Files.createDirectories(root());
    Files.createSymbolicLink(root().resolve("link"), outside);
    Files.createSymbolicLink(root().resolve("file"), outside.resolve("secret"));
    for (String key : List.of("link/secret", "file")) {
      for (Runnable call :
          List.<Runnable>of(
              () -> store().read(key, 100),
              () -> store().write(key, bytes("1")),
              () -> store().writeIf(key, bytes("1"), new Absent()),
              () -> store().delete(List.of(key)))) {
        assertThatThrownBy(call::run)
            .isInstanceOf(StorageException.class)
            .hasMessageContainingAll("is a symbolic link", root().toString());
      }
    }
    assertThat(keys("")).isEmpty();
    assertThat(outside.resolve("secret")).hasContent("secret");
  }

  @Test
  void theRootMayBeASymbolicLink() throws Exception {
    Path real = Files.createDirectory(directory.resolve("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    try (ObjectStore store = new LocalObjectStore(link)) {
      store.write("a/b", bytes("1"));
      assertThat(store.list("")).extracting(ObjectInfo::key).containsExactly("a/b");
    }
    assertThat(real.resolve("a/b")).hasContent("1");
  }

  @Test
  void anInterruptEndsAWriteAndStays() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> store().write("a", bytes("1")))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
    assertThat(keys("")).isEmpty();
  }

  /** Two processes and this one each add to a counter; no addition may get lost. */
  @Test
  @Timeout(60)
  void ofConditionalWritesOfSeveralProcessesNoneIsLost() throws Exception {
    int additions = 100;
    List<String> command = StoreProcess.command("add", "" + additions, root().toString());
    Process one = new ProcessBuilder(command).inheritIO().start();
    Process two = new ProcessBuilder(command).inheritIO().start();
    try {
      StoreProcess.add(store(), additions);
      assertThat(one.waitFor()).isZero();
      assertThat(two.waitFor()).isZero();
    } finally {
      one.destroyForcibly();
      two.destroyForcibly();
    }
    assertThat(content(StoreProcess.COUNTER)).isEqualTo(String.valueOf(3 * additions));
  }

  /** As in an application server, or where a Flink job and a reader share a process. */
  @Test
  @Timeout(60)
  void ofConditionalWritesThroughSeveralClassLoadersNoneIsLost() throws Exception {
    int additions = 100;
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> other = loader.loadClass(StoreProcess.class.getName());
      assertThat(other).isNotEqualTo(StoreProcess.class);
      Method main = other.getDeclaredMethod("main", String[].class);
      main.setAccessible(true);
      FutureTask<Object> theirs =
          new FutureTask<>(
              () ->
                  main.invoke(
                      null, (Object) new String[] {"add", "" + additions, root().toString()}));
      Thread thread = new Thread(theirs, "other class loader");
      thread.start();
      StoreProcess.add(store(), additions);
      theirs.get();
      thread.join();
    }
    assertThat(content(StoreProcess.COUNTER)).isEqualTo(String.valueOf(2 * additions));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> paths = Files.walk(root())) {
      return paths
          .filter(Files::isRegularFile)
          .map(path -> root().relativize(path).toString())
          .sorted()
          .toList();
    }
  }
}
