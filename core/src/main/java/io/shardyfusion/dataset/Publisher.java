package io.shardyfusion.dataset;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.ConflictException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Layout;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ManifestParser;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.PointerParser;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.ShardDescriptorParser;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.format.VersionStatus;
import io.shardyfusion.format.WriterIdentity;
import io.shardyfusion.shard.ShardImage;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The write side of a dataset: stores shards and manifests, and announces them. Thread-safe. Does
 * not own the store.
 *
 * <p>Storing is idempotent and invisible to readers. Only {@link #announce} changes what they see,
 * by compare-and-set.
 */
public final class Publisher {

  /** The number of versions that the pointer remembers; the oldest leave first. */
  public static final int HISTORY = 200;

  private static final int MAX_ATTEMPTS = 20;

  private final ObjectStore store;
  private final Dataset dataset;
  private final Clock clock;

  /**
   * A publisher into the dataset at the root of {@code store}.
   *
   * @param clock gives the times of announcements
   */
  public Publisher(ObjectStore store, Clock clock) {
    this.store = store;
    this.dataset = new Dataset(store);
    this.clock = clock;
  }

  /**
   * Uploads a shard's table files, but those in {@code present}, and then its descriptor.
   *
   * @param present digests of table files that the store is known to have
   * @throws StorageException if something could not be stored
   */
  public StoredShard store(ShardImage shard, Set<Sha256> present) {
    long newBytes = 0;
    long newFiles = 0;
    for (TableFile file : shard.descriptor().files()) {
      if (!present.contains(file.sha256())) {
        store.upload(file.object(), shard.path(file));
        newBytes += file.size();
        newFiles++;
      }
    }
    byte[] json = ShardDescriptorParser.toJson(shard.descriptor());
    ShardEntry entry = ShardEntry.of(shard.descriptor(), Sha256.of(json));
    store.write(entry.descriptorObject(), json);
    return new StoredShard(entry, newBytes, newFiles);
  }

  /**
   * Stores a manifest.
   *
   * @throws StorageException if it could not be stored
   */
  public ManifestRef store(Manifest manifest) {
    byte[] json = ManifestParser.toJson(manifest);
    store.write(manifest.object(), json);
    return new ManifestRef(manifest.object(), Sha256.of(json));
  }

  /**
   * Gives a stored snapshot a version and makes it the one to serve; under a pin it joins the
   * history as held. A snapshot that is in the history already is recognised: its entry is returned
   * and nothing changes. An ambiguous answer of the store is resolved by reading the pointer again.
   *
   * @param base the newest version when the writer began, 0 for none: where another writer has
   *     announced since then, the announcement is refused. Empty: whatever was announced in between
   *     is replaced
   * @throws ConflictException if another writer announced in between; the message says who
   * @throws StorageException if the store failed; the pointer is as it was, or has this
   *     announcement
   */
  public PointerEntry announce(Announcement announcement, OptionalLong base) {
    @Nullable AmbiguousWriteException ambiguous = null;
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Optional<PointerState> state = dataset.pointer();
      Optional<PointerEntry> known = state.flatMap(s -> find(s.pointer(), announcement.manifest()));
      if (known.isPresent()) {
        return known.get();
      }
      if (base.isPresent()) {
        checkBase(state, base.getAsLong());
      }
      PointerEntry entry = entry(announcement, state);
      byte[] json = PointerParser.toJson(next(state, entry, announcement.writer()));
      Expectation expectation =
          state
              .<Expectation>map(s -> new Expectation.Unchanged(s.tag()))
              .orElseGet(Expectation.Absent::new);
      try {
        if (store.writeIf(Layout.POINTER, json, expectation) instanceof ConditionalWrite.Written) {
          return entry;
        }
      } catch (AmbiguousWriteException e) {
        ambiguous = e;
      }
    }
    throw new StorageException(
        "the pointer of "
            + store.root()
            + " could not be replaced in "
            + MAX_ATTEMPTS
            + " attempts, because others replaced it or the store's answers were ambiguous; nothing was announced; "
            + "see what writes to the dataset, then run again",
        ambiguous);
  }

  private static Optional<PointerEntry> find(Pointer pointer, ManifestRef ref) {
    return pointer.history().stream().filter(e -> e.manifest().equals(ref)).findFirst();
  }

  private void checkBase(Optional<PointerState> state, long base) {
    long newest = state.map(s -> s.pointer().lastVersion()).orElse(0L);
    if (newest == base) {
      return;
    }
    String who =
        state
            .map(s -> s.pointer().history())
            .filter(h -> !h.isEmpty())
            .map(h -> " by run " + h.get(0).runId())
            .orElse("");
    throw new ConflictException(
        "the dataset "
            + store.root()
            + " moved from version "
            + base
            + " to "
            + newest
            + who
            + " while this run was building its snapshot; nothing was announced; run again to build on the newer "
            + "version, or with --takeover to replace it");
  }

  private PointerEntry entry(Announcement announcement, Optional<PointerState> state) {
    return new PointerEntry(
        state.map(s -> s.pointer().lastVersion()).orElse(0L) + 1,
        announcement.manifest(),
        announcement.runId(),
        clock.instant(),
        announcement.rows(),
        announcement.bytes(),
        state.map(s -> s.pointer().pin()).isPresent()
            ? VersionStatus.HELD
            : VersionStatus.ANNOUNCED);
  }

  private Pointer next(Optional<PointerState> state, PointerEntry entry, WriterIdentity writer) {
    List<PointerEntry> history = new ArrayList<>();
    history.add(entry);
    if (state.isEmpty()) {
      return new Pointer(entry.announcedAt(), entry.version(), entry, history, null, writer);
    }
    Pointer pointer = state.get().pointer();
    PointerEntry current = entry.status() == VersionStatus.HELD ? pointer.current() : entry;
    history.addAll(pointer.history());
    for (int i = history.size() - 1; history.size() > HISTORY; i--) {
      if (!history.get(i).equals(current)) {
        history.remove(i);
      }
    }
    return new Pointer(
        entry.announcedAt(), entry.version(), current, history, pointer.pin(), writer);
  }
}
