package io.shardyfusion.reader;

import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.reader.cache.CacheLimits;
import io.shardyfusion.reader.cache.Downloads;
import io.shardyfusion.reader.cache.FileCache;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** A process of its own that fetches a dataset into a cache, as tests command it. */
final class CacheProcess implements AutoCloseable {

  /** How the process goes about it. */
  enum Mode {
    /** Begins when the file {@code go} is there, and takes its time over each piece. */
    SLOWLY,
    /** Makes the file {@code begun} in mid-download of one file, and gets no further with it. */
    STUCK,
    /** Begins at once. */
    PLAIN
  }

  private static final AtomicBoolean STUCK = new AtomicBoolean();

  private final Process process;
  private final Path directory;

  private CacheProcess(Process process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /**
   * Starts one.
   *
   * @param directory where its dataset and its cache are; it puts its results there
   * @param shell what a shell does before, such as {@code ulimit -f 100;}
   */
  static CacheProcess start(Path directory, String uri, Mode mode, String shell)
      throws IOException {
    Path own = Files.createTempDirectory(directory, "process");
    String java =
        String.join(
            " ",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp '"
                + System.getProperty("java.class.path")
                + "'",
            CacheProcess.class.getName(),
            uri,
            directory.toString(),
            own.toString(),
            mode.name());
    Process process =
        new ProcessBuilder("bash", "-c", shell + " exec " + java)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new CacheProcess(process, own);
  }

  /** Waits for its end; what it downloaded, one key a line, then its failure if it had one. */
  List<String> result() throws IOException, InterruptedException {
    process.waitFor();
    return Files.readAllLines(directory.resolve("result"));
  }

  boolean hasBegun() {
    return Files.exists(directory.resolve("begun"));
  }

  /** Kills it, as {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  /** {@code URI DIRECTORY OWN MODE}. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[1]);
    Path own = Path.of(args[2]);
    Mode mode = Mode.valueOf(args[3]);
    List<String> result = new ArrayList<>();
    ProbedStore store = new ProbedStore(ObjectStores.open(args[0], StoreOptions.defaults()));
    store.duringDownload(bytes -> step(mode, own, bytes));
    CacheLimits limits = CacheLimits.defaults();
    try (store;
        FileCache cache = FileCache.open(directory.resolve("cache"), limits)) {
      Dataset dataset = new Dataset(store, cache);
      while (mode == Mode.SLOWLY && !Files.exists(directory.resolve("go"))) {
        LockSupport.parkNanos(1_000_000);
      }
      try (Downloads downloads = new Downloads(dataset, cache, limits)) {
        Manifest manifest = dataset.manifest(dataset.current().manifest());
        List<ShardDescriptor> shards = manifest.shards().stream().map(dataset::descriptor).toList();
        downloads.fetch(shards);
      } catch (StorageException e) {
        result.add(e.toString().replace('\n', ' '));
      }
    }
    result.addAll(0, store.downloads());
    Files.write(own.resolve("result"), result, StandardCharsets.UTF_8);
  }

  private static void step(Mode mode, Path own, long bytes) {
    if (mode == Mode.SLOWLY) {
      LockSupport.parkNanos(20_000_000);
    }
    if (mode == Mode.STUCK && bytes < 1 << 16 && STUCK.compareAndSet(false, true)) {
      // The last piece: all the others were written.
      try {
        Files.createFile(own.resolve("begun"));
        new CountDownLatch(1).await();
      } catch (IOException | InterruptedException e) {
        throw new StorageException("could not get stuck", e);
      }
    }
  }
}
