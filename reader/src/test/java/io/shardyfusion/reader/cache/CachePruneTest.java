package io.shardyfusion.reader.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.reader.ManualClock;
import io.shardyfusion.reader.SmallVersions;
import io.shardyfusion.reader.SmallVersions.Version;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/** Whatever readers fetch, hold, release and prune, in whatever order, a simple model foretells. */
class CachePruneTest {

  private static final int CONTENTS = 12;
  private static final int STEPS = 40;
  private static final Duration YOUNG = Duration.ofMinutes(1);

  /** Random steps of two readers on versions that share files, each step checked. */
  @Property(tries = 25)
  void whatIsNotNeededGoesOldestFirstUntilTheRestFits(@ForAll @LongRange(min = 0) long seed)
      throws IOException {
    Path directory = Files.createTempDirectory("prune");
    try (Run run = new Run(directory, new Random(seed))) {
      for (int step = 0; step < STEPS; step++) {
        run.step();
      }
    } finally {
      DirectoryTree.delete(directory);
    }
  }

  private static final class Run implements AutoCloseable {

    private final Random random;
    private final long maxBytes;
    private final ManualClock clock = new ManualClock();
    private final ObjectStore store;
    private final Dataset dataset;
    private final List<FileCache> readers = new ArrayList<>();
    private final CacheLayout layout;
    private final List<Version> versions = new ArrayList<>();

    /** For each reader, how often it holds each version. */
    private final List<Map<Version, Integer>> holds = new ArrayList<>();

    /** When each file that should be there was used. */
    private final Map<Path, Instant> used = new HashMap<>();

    Run(Path directory, Random random) throws IOException {
      this.random = random;
      this.maxBytes = 20_000 + random.nextInt(60_000);
      this.store = ObjectStores.open(directory.resolve("data").toString(), StoreOptions.defaults());
      this.dataset = new Dataset(store);
      CacheLimits limits = CacheLimits.defaults().withMaxBytes(maxBytes);
      for (int i = 0; i < 2; i++) {
        readers.add(
            FileCache.open(directory.resolve("cache"), limits, clock, at -> Long.MAX_VALUE / 4));
        holds.add(new HashMap<>());
      }
      this.layout = new CacheLayout(directory.resolve("cache").toRealPath());
      List<byte[]> contents = new ArrayList<>();
      for (int i = 0; i < CONTENTS; i++) {
        byte[] content = new byte[1 + random.nextInt(10_000)];
        random.nextBytes(content);
        contents.add(content);
      }
      SmallVersions small = new SmallVersions(store);
      for (int i = 0; i < 6; i++) {
        List<List<byte[]>> shards = new ArrayList<>();
        for (int shard = 0; shard < 3; shard++) {
          shards.add(
              List.of(
                  contents.get(random.nextInt(CONTENTS)), contents.get(random.nextInt(CONTENTS))));
        }
        versions.add(small.version(shards));
      }
    }

    void step() throws IOException {
      clock.advance(Duration.ofSeconds(random.nextInt(40)));
      int reader = random.nextInt(readers.size());
      Version version = versions.get(random.nextInt(versions.size()));
      switch (random.nextInt(6)) {
        case 0, 1 -> fetch(reader, version);
        case 2 -> hold(reader, version);
        case 3 -> release(reader, version);
        case 4 -> reopen(reader);
        default -> prune(reader);
      }
      assertThat(present()).isEqualTo(used.keySet());
    }

    private void fetch(int reader, Version version) {
      FileCache cache = readers.get(reader);
      for (TableFile file : version.files()) {
        if (random.nextInt(4) > 0) {
          cache.fetch(file, dataset, bytes -> {});
          used.put(layout.tableFile(file.sha256()), clock.instant());
        }
      }
    }

    private void hold(int reader, Version version) {
      version.holdIn(readers.get(reader));
      version.documents().keySet().forEach(d -> used.put(layout.document(d), clock.instant()));
      holds.get(reader).merge(version, 1, Integer::sum);
    }

    private void release(int reader, Version version) {
      if (holds.get(reader).containsKey(version)) {
        readers.get(reader).release(version.manifest());
        holds.get(reader).compute(version, (v, n) -> n == 1 ? null : n - 1);
      }
    }

    private void reopen(int reader) {
      readers.get(reader).close();
      holds.get(reader).clear();
      readers.set(
          reader,
          FileCache.open(
              layout.root(),
              CacheLimits.defaults().withMaxBytes(maxBytes),
              clock,
              at -> Long.MAX_VALUE / 4));
    }

    private void prune(int reader) throws IOException {
      Map<Path, Long> sizes = new HashMap<>();
      for (Path path : used.keySet()) {
        sizes.put(path, Files.size(path));
      }
      readers.get(reader).capacity().prune();
      long total = sizes.values().stream().mapToLong(Long::longValue).sum();
      Set<Path> needed = needed();
      List<Path> candidates =
          used.keySet().stream()
              .filter(p -> !needed.contains(p))
              .filter(p -> used.get(p).plus(YOUNG).compareTo(clock.instant()) <= 0)
              .sorted(Comparator.<Path, Instant>comparing(used::get).thenComparing(p -> p))
              .toList();
      for (Path candidate : candidates) {
        if (total <= maxBytes) {
          break;
        }
        used.remove(candidate);
        total -= sizes.get(candidate);
      }
    }

    /** What the held versions lead to; the documents of a held version are always there. */
    private Set<Path> needed() {
      Set<Path> needed = new HashSet<>();
      for (Map<Version, Integer> held : holds) {
        for (Version version : held.keySet()) {
          for (Sha256 document : version.documents().keySet()) {
            needed.add(layout.document(document));
          }
          version.files().forEach(f -> needed.add(layout.tableFile(f.sha256())));
        }
      }
      return needed;
    }

    private Set<Path> present() throws IOException {
      Set<Path> present = new HashSet<>();
      layout.cached().forEach(f -> present.add(f.path()));
      return present;
    }

    @Override
    public void close() {
      readers.forEach(FileCache::close);
      store.close();
    }
  }
}
