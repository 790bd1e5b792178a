package io.shardyfusion.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.dataset.Publisher;
import io.shardyfusion.format.InputCounts;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.changes.PrefixOracle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Reads the versions of a dataset whole, and proves every byte of them on the way. */
final class VersionReader implements AutoCloseable {

  private final ObjectStore store;
  private final Dataset dataset;
  private final Snapshots snapshots;
  private long read;

  VersionReader(Path directory, String uri) {
    this(directory, ObjectStores.open(uri, StoreOptions.defaults()));
  }

  /** Reads from {@code store}, and closes it in the end. */
  VersionReader(Path directory, ObjectStore store) {
    this.store = store;
    this.dataset = new Dataset(store);
    this.snapshots = new Snapshots(dataset, directory);
  }

  Optional<Pointer> pointer() {
    return dataset.pointer().map(PointerState::pointer);
  }

  /** The rows of the newest version, whatever is current. */
  Optional<Map<Long, String>> newest() throws IOException {
    Optional<PointerEntry> entry = pointer().flatMap(p -> p.history().stream().findFirst());
    return entry.isEmpty() ? Optional.empty() : Optional.of(rows(entry.get()));
  }

  Map<Long, String> rows(PointerEntry entry) throws IOException {
    return snapshots.longRows(dataset.manifest(entry.manifest()));
  }

  /**
   * Checks the versions that the oracle has not seen, all of which are in the history: each holds
   * what its manifest says that was read for it, and no version says less than the one before.
   */
  void check(PrefixOracle oracle, NumberedChanges changes) throws IOException {
    for (PointerEntry entry :
        pointer().orElseThrow().history().stream()
            .filter(e -> e.version() > oracle.lastVersion())
            .sorted(Comparator.comparing(PointerEntry::version))
            .toList()) {
      Map<Long, String> content = rows(entry);
      Map<String, String> rows = new HashMap<>();
      content.forEach((key, value) -> rows.put("all/" + key, value));
      oracle.check(entry.version(), rows);
      InputCounts input = input(entry);
      assertThat(content)
          .as("version %d, of %s", entry.version(), input)
          .isEqualTo(changes.rows(input.rowsRead()));
      assertThat(input.deletes()).isEqualTo(changes.deletesOf(input.rowsRead()));
      assertThat(input.badRows()).isZero();
      assertThat(input.rowsRead()).as("version %d", entry.version()).isGreaterThanOrEqualTo(read);
      read = input.rowsRead();
    }
  }

  /** What was read for a version, as its manifest says. */
  InputCounts input(PointerEntry entry) {
    return dataset.manifest(entry.manifest()).input();
  }

  /** The manifest of a version stored once more, as another one would be. */
  ManifestRef storedAgain(PointerEntry entry) {
    Manifest m = dataset.manifest(entry.manifest());
    return new Publisher(store)
        .store(m.withManifestId(UUID.randomUUID().toString().replace("-", "")));
  }

  @Override
  public void close() {
    store.close();
  }
}
