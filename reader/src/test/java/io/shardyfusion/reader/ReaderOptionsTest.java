package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.reader.cache.DefaultCacheDirectory;
import io.shardyfusion.store.StoreOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReaderOptionsTest {

  @TempDir Path directory;

  @Test
  void hasDefaults() {
    ReaderOptions options = ReaderOptions.builder("s3://bucket/cities").build();
    assertThat(options.datasetUri()).isEqualTo("s3://bucket/cities");
    assertThat(options.cacheDirectory()).isNull();
    assertThat(options.at()).isNull();
    assertThat(options.store()).isEqualTo(StoreOptions.defaults());
    assertThat(options.memory()).isEqualTo(MemoryLimits.defaults());
    assertThat(options.lookupLimit()).isNull();
  }

  @Test
  void refusesWhatCannotBeUsed() {
    assertThatThrownBy(() -> ReaderOptions.builder(" "))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("s3://bucket/prefix");
    assertThatThrownBy(() -> ReaderOptions.builder("x").at(""))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("version");
    assertThatThrownBy(
            () -> ShardedReader.open(ReaderOptions.builder("gopher://bucket/cities").build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("gopher");
  }

  @Test
  void theDefaultCacheDirectoryIsPrivateAndOfTheDataset() throws Exception {
    Path cities = DefaultCacheDirectory.create(directory, "s3://bucket/cities");
    assertThat(cities.getFileName().toString()).matches("cities-[0-9a-f]{16}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cities.getParent())))
        .isEqualTo("rwx------");
    assertThat(DefaultCacheDirectory.create(directory, "s3://bucket/cities/")).isEqualTo(cities);
    assertThat(DefaultCacheDirectory.create(directory, "s3://other/cities")).isNotEqualTo(cities);
    assertThat(DefaultCacheDirectory.create(directory, "/").getFileName().toString())
        .matches("-[0-9a-f]{16}");
  }

  @Test
  void usersWithoutAPortableNameDoNotMeetInOneDirectory() throws Exception {
    String number = String.valueOf(Files.getAttribute(directory, "unix:uid"));

    assertThat(DefaultCacheDirectory.nameOf("jane.doe-1")).isEqualTo("jane.doe-1");
    assertThat(DefaultCacheDirectory.nameOf("?")).isEqualTo(number);
    assertThat(DefaultCacheDirectory.nameOf("")).isEqualTo(number);
    assertThat(DefaultCacheDirectory.nameOf("j\u00f6rg")).isEqualTo(number);
  }

  @Test
  void aDefaultCacheDirectoryThatIsOpenToOthersIsRefused() throws Exception {
    Path parent = DefaultCacheDirectory.create(directory, "s3://bucket/cities").getParent();
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwx---"));
    assertThatThrownBy(() -> DefaultCacheDirectory.create(directory, "s3://bucket/cities"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll(parent.toString(), "rwxrwx---", "cacheDirectory");
    Files.delete(parent);
    Files.createSymbolicLink(parent, directory);
    assertThatThrownBy(() -> DefaultCacheDirectory.create(directory, "s3://bucket/cities"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("no directory");
  }

  @Test
  void aCacheDirectoryThatIsAFileIsRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "x");
    TestDataset dataset = TestDataset.ofLongs(directory, 1, 1);
    ProbedStore store = new ProbedStore(dataset.store());
    assertThatThrownBy(() -> ShardedReader.open(dataset.options(file), store))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(file.toString());
    assertThat(store.isClosed()).isTrue();
  }
}
