package io.shardyfusion.reader;

import io.shardyfusion.key.Key;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lookups that say which version answered. */
sealed interface VersionedLookups {

  /**
   * An answer.
   *
   * @param value the answer
   * @param version the facts of the version that it is of
   * @param source that version, as text names it
   */
  record Found<T>(T value, SnapshotInfo version, Object source) {}

  /** The value of a key; null if it is not there. */
  @Nullable Found<byte[]> get(Key key);

  /** The values of many keys. */
  <K> Found<Map<K, byte[]>> multiGet(Collection<K> keys);

  /** A cursor over the rows in a range. */
  Found<RowCursor> scan(KeyRange range, ScanOrder order);

  /** The id of the shard that a key belongs to. */
  int route(Key key);

  /** Those of {@code lookups}. */
  static VersionedLookups of(Lookups lookups) {
    return lookups instanceof SnapshotLookups own ? new Ours(own) : new Others(lookups);
  }

  /** Lookups of a reader or a view: the snapshot that is asked is known. */
  record Ours(SnapshotLookups lookups) implements VersionedLookups {

    @Override
    public @Nullable Found<byte[]> get(Key key) {
      lookups.throttle(1);
      return lookups.ask(
          s -> {
            byte[] value = s.get(key);
            return value == null ? null : new Found<>(value, s.info(), s);
          });
    }

    @Override
    public <K> Found<Map<K, byte[]>> multiGet(Collection<K> keys) {
      lookups.throttle(keys.size());
      return lookups.ask(s -> new Found<>(s.multiGet(keys, lookups.pool()), s.info(), s));
    }

    @Override
    public Found<RowCursor> scan(KeyRange range, ScanOrder order) {
      return lookups.ask(s -> new Found<>(s.scan(range, order, lookups.pool()), s.info(), s));
    }

    @Override
    public int route(Key key) {
      return lookups.route(key);
    }
  }

  /**
   * Lookups of any implementation: an answer is asked for until the version is the same before and
   * after.
   */
  record Others(Lookups lookups) implements VersionedLookups {

    @Override
    public @Nullable Found<byte[]> get(Key key) {
      return found(l -> l.get(key), value -> {});
    }

    @Override
    public <K> Found<Map<K, byte[]>> multiGet(Collection<K> keys) {
      return required(found(l -> l.multiGet(keys), values -> {}));
    }

    @Override
    public Found<RowCursor> scan(KeyRange range, ScanOrder order) {
      return required(found(l -> l.scan(range, order), RowCursor::close));
    }

    @Override
    public int route(Key key) {
      return lookups.route(key);
    }

    private static <T> Found<T> required(@Nullable Found<T> found) {
      return Objects.requireNonNull(found, "the answer of an implementation of Lookups");
    }

    private <T> @Nullable Found<T> found(
        Function<Lookups, @Nullable T> question, Consumer<T> unused) {
      SnapshotInfo before = lookups.snapshot();
      while (true) {
        T answer = question.apply(lookups);
        if (answer == null) {
          return null;
        }
        SnapshotInfo after = lookups.snapshot();
        if (after.manifest().equals(before.manifest())) {
          return new Found<>(answer, after, "version " + after.version());
        }
        unused.accept(answer);
        before = after;
      }
    }
  }
}
