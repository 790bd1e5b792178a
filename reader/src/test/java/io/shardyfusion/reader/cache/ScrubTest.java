package io.shardyfusion.reader.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.reader.Leaks;
import io.shardyfusion.reader.ProbedStore;
import io.shardyfusion.reader.SmallVersions;
import io.shardyfusion.reader.SmallVersions.Version;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubTest {

  private static final int SIZE = 100_000;

  @TempDir Path directory;

  private ProbedStore store;
  private FileCache cache;
  private Downloads downloads;
  private Scrub scrub;
  private Version version;

  @BeforeEach
  void fetchAVersionWhoseSecondAndThirdShardShareAFile() {
    store =
        new ProbedStore(
            ObjectStores.open(directory.resolve("data").toString(), StoreOptions.defaults()));
    cache = FileCache.open(directory.resolve("cache"), CacheLimits.defaults());
    downloads = new Downloads(new Dataset(store), cache, CacheLimits.defaults());
    scrub = new Scrub(cache, downloads, BandwidthLimiter.of(OptionalLong.empty()));
    version =
        new SmallVersions(store)
            .version(
                List.of(
                    List.of(content(1)),
                    List.of(content(2), content(3)),
                    List.of(content(4), content(3))));
    downloads.fetch(version.shards());
  }

  @AfterEach
  void close() {
    downloads.close();
    cache.close();
    store.close();
    Leaks.assertNone(directory);
  }

  @Test
  void soundFilesAreLeftAlone() {
    assertThat(scrub.run(version.shards())).isEmpty();
    assertThat(store.downloads()).hasSize(4);
  }

  @Test
  void aDamagedFileIsFetchedAgainAndAllItsShardsAreNamed() throws IOException {
    TableFile shared = version.shards().get(2).files().get(1);
    damage(shared);
    assertThat(scrub.run(version.shards()))
        .containsExactly(version.shards().get(1), version.shards().get(2));
    assertThat(store.downloads()).hasSize(5).last().isEqualTo(shared.object());
    assertThat(Dataset.digest(cache.path(shared))).isEqualTo(shared.sha256());
    assertThat(scrub.run(version.shards())).isEmpty();
  }

  @Test
  void aFileThatIsNotCachedIsNoDamage() throws IOException {
    Files.delete(cache.path(version.files().get(0)));
    assertThat(scrub.run(version.shards())).isEmpty();
    assertThat(store.downloads()).hasSize(4);
  }

  @Test
  void withoutTheStoreTheDamagedFileIsGoneAndItsShardIsNamedAllTheSame() throws IOException {
    TableFile file = version.files().get(0);
    damage(file);
    store.beforeDownload(
        key -> {
          throw new StorageException("the cable is out");
        });
    assertThat(scrub.run(version.shards())).containsExactly(version.shards().get(0));
    assertThat(cache.path(file)).doesNotExist();
  }

  @Test
  void anInterruptEndsItWithoutAnEviction() throws IOException {
    damage(version.files().get(0));
    Scrub slow = new Scrub(cache, downloads, BandwidthLimiter.of(OptionalLong.of(1)));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> slow.run(version.shards()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(version.files()).allMatch(cache::has);
  }

  private void damage(TableFile file) throws IOException {
    byte[] content = Files.readAllBytes(cache.path(file));
    content[SIZE / 3] ^= 1;
    Files.write(cache.path(file), content);
  }

  private static byte[] content(int seed) {
    byte[] content = new byte[SIZE];
    new Random(seed).nextBytes(content);
    return content;
  }
}
