package io.shardyfusion.snapshot;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.format.SnapshotStats;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.machine.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks one snapshot of a dataset against its store, object by object, and goes on after a
 * problem. Nothing is taken from a cache: every byte is downloaded and digested, along the chain
 * from the pointer to the table files. A deep verification also opens each shard's database and
 * goes through its rows: every key is one of the key encoding, larger than the one before, and,
 * where the key alone decides, routed to this shard; the number of rows, both bounds and the
 * sampled values are what the descriptor says.
 *
 * <p>Needs local disk for the largest table file, or for the largest shard if deep, and little
 * memory. One GET for each object, one after the other. An instance serves one verification, in one
 * thread; the dataset stays the caller's.
 */
public final class SnapshotVerifier {

  /** The depth of a verification: how much of a snapshot it reads and checks. */
  public enum Depth {
    /** Every digest and size. */
    OBJECTS,
    /** Every row as well. */
    ROWS
  }

  /** Told after each shard how far the verification is. */
  @FunctionalInterface
  public interface Progress {

    /** {@code done} of {@code all} shards are checked, and {@code bytes} of table files. */
    void shardDone(int done, int all, long bytes);
  }

  /** A store that fails this often is down: going on would only take time. */
  private static final int MAX_STORAGE_FAILURES = 10;

  private final Dataset dataset;
  private final Depth depth;
  private final Path workDirectory;
  private final Progress progress;

  private final List<String> problems = new ArrayList<>();
  private int storageFailures;
  private long objects;
  private long bytes;
  private long rows;
  private boolean rowsExact = true;

  /**
   * A verifier that downloads into {@code workDirectory}, an empty directory, which it leaves
   * empty.
   *
   * @param progress is told in the verifying thread
   */
  public SnapshotVerifier(Dataset dataset, Depth depth, Path workDirectory, Progress progress) {
    this.dataset = dataset;
    this.depth = depth;
    this.workDirectory = workDirectory;
    this.progress = progress;
  }

  /**
   * Verifies a version.
   *
   * @param at the version or manifest, or null for the current one
   * @throws io.shardyfusion.NotFoundException if there is no such version
   * @throws StorageException if the store fails again and again, or the local disk does
   */
  public VerifyReport verify(@Nullable String at) {
    PointerEntry entry = attempt(() -> at == null ? dataset.current() : dataset.resolve(at));
    if (entry != null) {
      objects++;
      Manifest manifest = attempt(() -> dataset.manifest(entry.manifest()));
      if (manifest != null) {
        objects++;
        checkEntry(entry, manifest);
        verifyShards(manifest);
      }
    }
    return new VerifyReport(objects, bytes, rows, rowsExact, problems);
  }

  private void checkEntry(PointerEntry entry, Manifest manifest) {
    SnapshotStats stats = manifest.stats();
    if (!entry.runId().equals(manifest.runId())
        || entry.rows() != stats.rows()
        || entry.bytes() != stats.bytes()
        || isFalselyAnEstimate(entry, stats)) {
      problems.add(
          "the pointer says of version "
              + entry.version()
              + " run "
              + entry.runId()
              + ", "
              + shown(entry.rows(), entry.rowsExact())
              + " rows, "
              + entry.bytes()
              + " bytes, but its manifest run "
              + manifest.runId()
              + ", "
              + shown(stats.rows(), stats.rowsExact())
              + " rows, "
              + stats.bytes()
              + " bytes");
    }
  }

  /**
   * An entry that says nothing counts as exact, and a writer that did not know better said nothing;
   * but one that calls an exact number an estimate is wrong.
   */
  private static boolean isFalselyAnEstimate(PointerEntry entry, SnapshotStats stats) {
    return !entry.rowsExact() && stats.rowsExact();
  }

  private static String shown(long rows, boolean exact) {
    return exact ? String.valueOf(rows) : "about " + rows;
  }

  private void verifyShards(Manifest manifest) {
    int all = manifest.shards().size();
    for (ShardEntry shard : manifest.shards()) {
      ShardDescriptor descriptor = attempt(() -> dataset.descriptor(shard));
      if (descriptor != null) {
        objects++;
        if (depth == Depth.OBJECTS) {
          verifyFiles(descriptor);
        } else {
          verifyRows(manifest, descriptor);
        }
      }
      progress.shardDone(shard.shard() + 1, all, bytes);
    }
  }

  private void verifyFiles(ShardDescriptor descriptor) {
    Path local = workDirectory.resolve("table-file");
    for (TableFile file : descriptor.files()) {
      try {
        attempt(() -> proved(file, () -> dataset.download(file, local)));
      } finally {
        delete(local);
      }
    }
    rows += descriptor.rows();
    rowsExact &= descriptor.rowsExact();
  }

  private void verifyRows(Manifest manifest, ShardDescriptor descriptor) {
    try (FetchedShard shard = FetchedShard.create(descriptor, workDirectory.resolve("shard"))) {
      boolean whole = true;
      for (TableFile file : descriptor.files()) {
        whole &= attempt(() -> proved(file, () -> shard.fetch(dataset, file))) != null;
      }
      if (whole) {
        attempt(() -> checkRows(manifest, shard));
      }
    }
  }

  private TableFile proved(TableFile file, Runnable download) {
    download.run();
    objects++;
    bytes += file.size();
    return file;
  }

  private FetchedShard checkRows(Manifest manifest, FetchedShard shard) {
    RowCheck check = new RowCheck(manifest.keyEncoding(), manifest.sharding(), shard.descriptor());
    try {
      check.run(shard.database());
      shard.database().selfCheck();
    } finally {
      rows += check.rows();
      problems.addAll(check.problems());
    }
    return shard;
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new StorageException(
          "the local file " + file + " could not be deleted: " + FileFailure.reason(e, "delete it"),
          e);
    }
  }

  /** The result of a step, or null after noting why there is none. */
  private <T> @Nullable T attempt(Supplier<T> step) {
    try {
      return step.get();
    } catch (DataDamagedException e) {
      problems.add(e.getMessage());
    } catch (StorageException e) {
      problems.add(e.getMessage());
      storageFailures++;
      if (storageFailures == MAX_STORAGE_FAILURES) {
        throw new StorageException(
            "the verification was given up after "
                + storageFailures
                + " failures of the storage, the last: "
                + e.getMessage(),
            e);
      }
    }
    return null;
  }
}
