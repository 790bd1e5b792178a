package io.shardyfusion.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.Expectation.Absent;
import io.shardyfusion.store.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CountingObjectStoreTest extends ObjectStoreContractTest {

  @Override
  protected ObjectStore open() {
    return new CountingObjectStore(new LocalObjectStore(directory.resolve("store")));
  }

  @Override
  protected ObjectStore sameAs(ObjectStore first) {
    return open();
  }

  @Override
  protected void createAll(List<String> keys) throws IOException {
    createFiles(directory.resolve("store"), keys);
  }

  private CountingObjectStore counting() {
    return (CountingObjectStore) store();
  }

  @Test
  void countsBeginAtZero() {
    assertCounts(0, 0, 0, 0);
  }

  @Test
  void whatGoesUpCounts() throws Exception {
    store().write("a", new byte[3]);
    assertCounts(1, 0, 3, 0);
    store().upload("b", Files.write(directory.resolve("source"), new byte[50]));
    assertCounts(2, 0, 53, 0);
    store().writeIf("c", new byte[400], new Absent());
    assertCounts(3, 0, 453, 0);
    store().writeIf("c", new byte[1], new Absent());
    assertCounts(4, 0, 453, 0);
    store().delete(List.of("a", "b", "c"));
    assertCounts(4, 0, 453, 0);
  }

  @Test
  void whatComesDownCounts() {
    store().write("a", new byte[3]);
    StoredObject read = store().read("a", 10).orElseThrow();
    assertCounts(1, 1, 3, 3);
    store().readIfChanged("a", read.tag(), 10);
    assertCounts(1, 2, 3, 3);
    store().readIfChanged("a", new ObjectTag("other"), 10);
    assertCounts(1, 3, 3, 6);
    store().download("a", directory.resolve("target"));
    assertCounts(1, 4, 3, 9);
    store().stat("a");
    store().read("missing", 10);
    assertCounts(1, 6, 3, 9);
  }

  @Test
  void aFailedCallCountsButNotItsBytes() {
    assertThatThrownBy(() -> store().write("..", new byte[3]))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> store().read("..", 3)).isInstanceOf(InvalidRequestException.class);
    assertCounts(1, 1, 0, 0);
  }

  @Test
  void aListingCountsItsPages() throws Exception {
    assertThat(keys("")).isEmpty();
    assertCounts(0, 1, 0, 0);
    Path many = Files.createDirectories(directory.resolve("store/many"));
    for (int i : IntStream.range(0, 1000).toArray()) {
      Files.createFile(many.resolve("object" + i));
    }
    assertThat(keys("")).hasSize(1000);
    assertCounts(0, 2, 0, 0);
    Files.createFile(many.resolve("one more"));
    assertThat(keys("")).hasSize(1001);
    assertCounts(0, 4, 0, 0);
  }

  private void assertCounts(long puts, long gets, long bytesUp, long bytesDown) {
    assertThat(counting().puts()).as("puts").isEqualTo(puts);
    assertThat(counting().gets()).as("gets").isEqualTo(gets);
    assertThat(counting().bytesUp()).as("bytes up").isEqualTo(bytesUp);
    assertThat(counting().bytesDown()).as("bytes down").isEqualTo(bytesDown);
  }
}
