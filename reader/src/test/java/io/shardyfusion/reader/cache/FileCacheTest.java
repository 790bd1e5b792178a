package io.shardyfusion.reader.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.machine.DirectoryTree;
import io.shardyfusion.reader.Leaks;
import io.shardyfusion.reader.ManualClock;
import io.shardyfusion.reader.ProbedStore;
import io.shardyfusion.reader.SmallVersions;
import io.shardyfusion.reader.SmallVersions.Version;
import io.shardyfusion.reader.TestDataset;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileCacheTest {

  private static final int SIZE = 100_000;
  private static final Duration LATER = Duration.ofMinutes(2);

  @TempDir Path directory;

  private final ManualClock clock = new ManualClock();
  private final AtomicLong diskFree = new AtomicLong(1L << 40);
  private final Random random = new Random(4);
  private ProbedStore store;
  private Dataset dataset;
  private SmallVersions versions;

  @BeforeEach
  void open() {
    store =
        new ProbedStore(
            ObjectStores.open(directory.resolve("data").toString(), StoreOptions.defaults()));
    dataset = new Dataset(store);
    versions = new SmallVersions(store);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    store.close();
    Leaks.assertNone(directory);
  }

  @Test
  void aFileIsDownloadedOnceAndCountsAsUsedAtEachUse() throws IOException {
    TableFile file = version(1).files().get(0);
    try (FileCache cache = cache(CacheLimits.defaults())) {
      cache.fetch(file, dataset, bytes -> {});
      clock.advance(LATER);
      cache.fetch(file, dataset, bytes -> {});
      assertThat(store.downloads()).containsExactly(file.object());
      assertThat(Dataset.digest(cache.path(file))).isEqualTo(file.sha256());
      assertThat(Files.getLastModifiedTime(cache.path(file)).toInstant())
          .isEqualTo(clock.instant());
      assertThat(directory.resolve("cache/locks")).isEmptyDirectory();
    }
  }

  @Test
  void aFileOfTheWrongSizeIsNotTrusted() throws IOException {
    TableFile file = version(1).files().get(0);
    try (FileCache cache = cache(CacheLimits.defaults())) {
      Files.createDirectories(cache.path(file).getParent());
      Files.write(cache.path(file), new byte[SIZE / 2]);
      cache.fetch(file, dataset, bytes -> {});
      assertThat(Dataset.digest(cache.path(file))).isEqualTo(file.sha256());
    }
  }

  @Test
  void aDownloadThatWasCutOrAlteredOnItsWayLeavesNothingAndTheNextOneWorks() {
    TableFile file = version(1).files().get(0);
    try (FileCache cache = cache(CacheLimits.defaults())) {
      store.afterDownload(target -> change(target, content -> content[SIZE / 2] ^= 16));
      assertThatThrownBy(() -> cache.fetch(file, dataset, bytes -> {}))
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContainingAll(file.object(), "SHA-256", file.sha256().hex());
      store.afterDownload(FileCacheTest::truncate);
      assertThatThrownBy(() -> cache.fetch(file, dataset, bytes -> {}))
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContainingAll(file.object(), file.sha256().hex());
      assertThat(cache.path(file)).doesNotExist();
      assertThat(ownFiles()).isEmpty();
      store.afterDownload(target -> {});
      cache.fetch(file, dataset, bytes -> {});
      assertThat(Dataset.digest(cache.path(file))).isEqualTo(file.sha256());
    }
  }

  @Test
  void theCacheMayBeDeletedInMidDownload() {
    TableFile file = version(1).files().get(0);
    try (FileCache cache = cache(CacheLimits.defaults())) {
      store.afterDownload(
          target -> {
            delete(directory.resolve("cache"));
            store.afterDownload(again -> {});
          });
      cache.fetch(file, dataset, bytes -> {});
      assertThat(Dataset.digest(cache.path(file))).isEqualTo(file.sha256());
      assertThat(store.downloads()).hasSize(2);
    }
  }

  @Test
  void aDeletedCacheGetsItsHoldsBackSoThatOthersStillSeeThem() throws IOException {
    CacheLayout layout = new CacheLayout(directory.resolve("cache").toAbsolutePath());
    Version version = version(1);
    try (FileCache cache = cache(CacheLimits.defaults())) {
      version.holdIn(cache);
      delete(directory.resolve("cache"));
      assertThat(layout.holds()).isEmpty();
      cache.fetch(version.files().get(0), dataset, bytes -> {});
      assertThat(layout.holds()).containsExactly(version.manifest());
      // Another one takes it for alive.
      cache(CacheLimits.defaults()).close();
      assertThat(layout.holds()).containsExactly(version.manifest());
      cache.release(version.manifest());
      assertThat(layout.holds()).isEmpty();
    }
  }

  @Test
  void aVersionIsHeldUntilItWasReleasedAsOften() throws IOException {
    CacheLayout layout = new CacheLayout(directory.resolve("cache").toAbsolutePath());
    Sha256 manifest = Sha256.of(new byte[1]);
    try (FileCache cache = cache(CacheLimits.defaults())) {
      cache.hold(manifest);
      cache.hold(manifest);
      cache.release(manifest);
      assertThat(layout.holds()).containsExactly(manifest);
      cache.release(manifest);
      assertThat(layout.holds()).isEmpty();
      cache.hold(manifest);
    }
    assertThat(layout.holds()).isEmpty();
  }

  @Test
  void whatAnyLiveReaderHoldsIsKeptWhateverTheBound() {
    Version held = version(2);
    Version free = version(2);
    try (FileCache one = cache(CacheLimits.defaults().withMaxBytes(1));
        FileCache other = cache(CacheLimits.defaults())) {
      held.holdIn(other);
      fetch(held, other);
      free.holdIn(other);
      fetch(free, other);
      other.release(free.manifest());
      clock.advance(LATER);
      one.capacity().prune();
      assertThat(held.files()).allMatch(other::has);
      assertThat(held.documents().keySet()).allMatch(d -> one.find(d, SIZE).isPresent());
      assertThat(free.files()).noneMatch(other::has);
      assertThat(free.documents().keySet()).allMatch(d -> one.find(d, SIZE).isEmpty());
    }
  }

  @Test
  void whatWasUsedJustNowIsKeptForTheOneWhoIsAboutToHoldIt() {
    Version version = version(1);
    try (FileCache cache = cache(CacheLimits.defaults().withMaxBytes(1))) {
      cache.fetch(version.files().get(0), dataset, bytes -> {});
      clock.advance(Duration.ofSeconds(59));
      cache.capacity().prune();
      assertThat(version.files()).allMatch(cache::has);
      clock.advance(Duration.ofSeconds(2));
      cache.capacity().prune();
      assertThat(version.files()).noneMatch(cache::has);
    }
  }

  @Test
  void aClockThatWasSetBackKeepsNothingForever() {
    Version version = version(1);
    try (FileCache cache = cache(CacheLimits.defaults().withMaxBytes(1))) {
      cache.fetch(version.files().get(0), dataset, bytes -> {});
      clock.advance(Duration.ofDays(-400));
      cache.capacity().prune();
      assertThat(version.files()).noneMatch(cache::has);
    }
  }

  @Test
  void withoutABoundAGigabyteIsKept() {
    Version version = version(3);
    try (FileCache cache = cache(CacheLimits.defaults())) {
      fetch(version, cache);
      clock.advance(Duration.ofDays(400));
      cache.capacity().prune();
      assertThat(version.files()).allMatch(cache::has);
      assertThat(cache.capacity().usedBytes()).isEqualTo(version.bytes());
    }
  }

  @Test
  void oneWhoPrunesIsNotDisturbed() throws Exception {
    Version version = version(1);
    try (FileCache cache = cache(CacheLimits.defaults().withMaxBytes(1))) {
      CacheLayout layout = new CacheLayout(directory.resolve("cache").toRealPath());
      fetch(version, cache);
      clock.advance(LATER);
      try (CacheLock lock = CacheLock.tryLock(layout.sweepLock())) {
        assertThat(lock).isNotNull();
        cache.capacity().prune();
        assertThat(version.files()).allMatch(cache::has);
      }
      cache.capacity().prune();
      assertThat(version.files()).noneMatch(cache::has);
    }
  }

  @Test
  void abandonedLocksGoAndStrangersStay() throws IOException {
    try (FileCache cache = cache(CacheLimits.defaults().withMaxBytes(1))) {
      Path locks = Files.createDirectories(directory.resolve("cache/locks"));
      Path old = Files.createFile(locks.resolve("old.lock"));
      Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
      Path fresh = Files.createFile(locks.resolve("fresh.lock"));
      Path stranger = directory.resolve("cache/files/notes.txt");
      Files.createDirectories(stranger.getParent());
      Files.writeString(stranger, "not ours");
      cache.capacity().prune();
      assertThat(old).doesNotExist();
      assertThat(fresh).exists();
      assertThat(stranger).exists();
    }
  }

  @Test
  void aPlanTellsWhatIsToBeFetchedAndWhatIsThere() {
    Version version = version(4);
    try (FileCache cache = cache(CacheLimits.defaults().withMaxBytes(SIZE * 5))) {
      cache.fetch(version.files().get(0), dataset, bytes -> {});
      FetchPlan plan = cache.capacity().plan(version.manifest(), version.shards());
      assertThat(plan.wanted()).isEqualTo(version.files());
      assertThat(plan.missing()).isEqualTo(version.files().subList(1, 4));
      assertThat(plan.space().bytes()).isEqualTo(3 * SIZE);
      assertThat(plan.cachedBytes()).isEqualTo(SIZE);
      assertThat(plan.space().diskFree()).isEqualTo(diskFree.get());
      assertThat(plan.space().cacheFree()).hasValue(4 * SIZE);
      assertThat(plan.fits()).isTrue();
      assertThat(plan.refusal()).isNull();
      try (FileCache unbounded = cache(CacheLimits.defaults())) {
        assertThat(
                unbounded.capacity().plan(version.manifest(), version.shards()).space().cacheFree())
            .isEmpty();
      }
    }
  }

  @Test
  void aVersionThatCannotFitIsRefusedBeforeAnythingIsDownloaded() {
    Version held = version(2);
    Version next = version(2);
    CacheLimits limits = CacheLimits.defaults().withMaxBytes(3 * SIZE);
    try (FileCache cache = cache(limits);
        Downloads downloads = new Downloads(dataset, cache, limits)) {
      held.holdIn(cache);
      fetch(held, cache);
      clock.advance(LATER);
      next.holdIn(cache);
      FetchPlan plan = cache.capacity().plan(next.manifest(), next.shards());
      assertThat(plan.fits()).isFalse();
      assertThat(plan.space().cacheFree().orElseThrow()).isBetween(SIZE - 10_000L, SIZE - 1L);
      int before = store.downloads().size();
      assertThatThrownBy(() -> downloads.fetch(next.shards()))
          .isInstanceOf(StorageException.class)
          .hasMessage(plan.refusal())
          .hasMessageContainingAll(
              "200000 bytes in 2 file(s)",
              directory.resolve("cache").toString(),
              "bound of 300000 bytes (CacheLimits.maxBytes)",
              "only " + plan.space().cacheFree().orElseThrow(),
              "raise the bound");
      assertThat(store.downloads()).hasSize(before);
      assertThat(held.files()).allMatch(cache::has);
      cache.release(held.manifest());
      downloads.fetch(next.shards());
      assertThat(next.files()).allMatch(cache::has);
      assertThat(cache.capacity().usedBytes()).isLessThanOrEqualTo(3 * SIZE);
    }
  }

  @Test
  void aDiskThatHasNoRoomRefusesBeforeAnythingIsDownloaded() {
    Version version = version(2);
    diskFree.set(SpaceEstimate.RESERVE + 2 * SIZE - 1);
    try (FileCache cache = cache(CacheLimits.defaults());
        Downloads downloads = new Downloads(dataset, cache, CacheLimits.defaults())) {
      assertThat(cache.capacity().plan(version.manifest(), version.shards()).fits()).isFalse();
      assertThatThrownBy(() -> downloads.fetch(version.shards()))
          .isInstanceOf(StorageException.class)
          .hasMessageContainingAll(
              "200000 bytes in 2 file(s)",
              diskFree + " bytes free",
              "choose another with ReaderOptions.cacheDirectory");
      assertThat(store.downloads()).isEmpty();
      diskFree.set(SpaceEstimate.RESERVE + 2 * SIZE);
      downloads.fetch(version.shards());
      assertThat(version.files()).allMatch(cache::has);
    }
  }

  @Test
  void onAFullDiskWhatNobodyNeedsMakesRoom() {
    Version old = version(2);
    Version next = version(1);
    try (FileCache cache = cache(CacheLimits.defaults(), at -> roomFor(3));
        Downloads downloads = new Downloads(dataset, cache, CacheLimits.defaults())) {
      downloads.fetch(old.shards());
      clock.advance(LATER);
      assertThat(cache.capacity().plan(next.manifest(), next.shards()).fits()).isTrue();
      downloads.fetch(next.shards());
      assertThat(next.files()).allMatch(cache::has);
      assertThat(old.files()).allMatch(cache::has);
      clock.advance(LATER);
      Version third = version(2);
      downloads.fetch(third.shards());
      assertThat(third.files()).allMatch(cache::has);
      assertThat(old.files()).noneMatch(cache::has);
      assertThat(next.files()).allMatch(cache::has);
    }
  }

  @Test
  void whatTheDiskDoesNotGiveBackIsFoundBeforeTheDownload() {
    Version old = version(2);
    Version next = version(1);
    try (FileCache cache = cache(CacheLimits.defaults());
        Downloads downloads = new Downloads(dataset, cache, CacheLimits.defaults())) {
      downloads.fetch(old.shards());
      clock.advance(LATER);
      diskFree.set(SpaceEstimate.RESERVE); // As if an open database had links to what is removed.
      int before = store.downloads().size();
      assertThatThrownBy(() -> downloads.fetch(next.shards()))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("the cache could give back 0");
      assertThat(store.downloads()).hasSize(before);
    }
  }

  @Test
  void thePointerIsFoundAgainWithTheTimeOfItsLastCheck() {
    Pointer pointer = new Pointer(TestDataset.CREATED, 0, null, List.of(), null, null);
    Instant kept = clock.instant();
    try (FileCache cache = cache(CacheLimits.defaults())) {
      assertThat(cache.keptPointer("s3://a/b")).isEmpty();
      cache.keepPointer("s3://a/b", pointer);
      assertThat(cache.keptPointer("s3://a/b")).contains(new KeptPointer(pointer, kept));
      assertThat(cache.keptPointer("s3://a/c")).isEmpty();
      clock.advance(LATER);
      cache.pointerChecked("s3://a/b");
      cache.pointerChecked("s3://a/c");
    }
    try (FileCache cache = cache(CacheLimits.defaults())) {
      assertThat(cache.keptPointer("s3://a/b"))
          .contains(new KeptPointer(pointer, kept.plus(LATER)));
    }
  }

  @Test
  void aDamagedKeptPointerIsNone() throws IOException {
    try (FileCache cache = cache(CacheLimits.defaults())) {
      cache.keepPointer("s3://a/b", new Pointer(clock.instant(), 0, null, List.of(), null, null));
      Path kept = new CacheLayout(directory.resolve("cache")).pointer("s3://a/b");
      Files.writeString(kept, "{");
      assertThat(cache.keptPointer("s3://a/b")).isEmpty();
    }
  }

  private FileCache cache(CacheLimits limits) {
    return cache(limits, at -> diskFree.get());
  }

  private FileCache cache(CacheLimits limits, CacheCapacity.Disk disk) {
    return FileCache.open(directory.resolve("cache"), limits, clock, disk);
  }

  /** What is left of a disk that takes so many files and the reserve. */
  private long roomFor(int files) throws IOException {
    CacheLayout layout = new CacheLayout(directory.resolve("cache"));
    long used = layout.cached().stream().mapToLong(CacheLayout.CachedFile::bytes).sum();
    return SpaceEstimate.RESERVE + (long) files * SIZE - used;
  }

  /** A version of so many shards with a file each. */
  private Version version(int shards) {
    return versions.version(random.ints(shards).mapToObj(seed -> List.of(content(seed))).toList());
  }

  private static byte[] content(int seed) {
    byte[] content = new byte[SIZE];
    new Random(seed).nextBytes(content);
    return content;
  }

  private void fetch(Version version, FileCache cache) {
    version.files().forEach(file -> cache.fetch(file, dataset, bytes -> {}));
  }

  private List<Path> ownFiles() {
    try {
      return CacheLayout.children(directory.resolve("cache/open")).stream()
          .filter(Files::isDirectory)
          .flatMap(own -> children(own).stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> children(Path path) {
    try {
      return CacheLayout.children(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path path) {
    try {
      DirectoryTree.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Change {
    void to(byte[] content);
  }

  private static void change(Path file, Change change) {
    try {
      byte[] content = Files.readAllBytes(file);
      change.to(content);
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void truncate(Path file) {
    try {
      Files.write(file, Arrays.copyOf(Files.readAllBytes(file), SIZE / 2));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
