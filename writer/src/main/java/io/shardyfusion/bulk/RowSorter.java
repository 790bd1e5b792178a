package io.shardyfusion.bulk;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.machine.FileFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sorts more rows than fit in memory. Rows collect in memory pages; when these are full they are
 * sorted and spilled to a local file as one run; in the end all runs are merged. Where everything
 * fits, nothing is spilled. Not thread-safe.
 *
 * <p>Memory: the given pages, 16 bytes of heap a row in them (at most {@link #MAX_ROWS_IN_MEMORY}
 * rows), and a buffer a run while merging. When {@link #MAX_RUNS} runs have gathered they are
 * merged into one, which bounds buffers and open files whatever the size of the input.
 */
final class RowSorter implements AutoCloseable {

  /** The most rows in memory: bounds the heap that the index takes. */
  static final int MAX_ROWS_IN_MEMORY = 1 << 21;

  private static final int MAX_RUNS = 64;

  private final RowPages pages;
  private final RowIndex index;
  private final Path directory;
  private final List<SpilledRun> runs = new ArrayList<>();
  private @Nullable SortedRows sorted;
  private int files;

  /**
   * A sorter of rows of the shards {@code [firstShard, firstShard + shards)}.
   *
   * @param pages direct buffers of one size; they belong to this sorter until it is closed
   * @param directory for spilled runs; exists
   */
  RowSorter(List<ByteBuffer> pages, int firstShard, int shards, Path directory) {
    this.pages = new RowPages(pages);
    this.index = new RowIndex(this.pages, firstShard, shards);
    this.directory = directory;
  }

  /**
   * Adds a row; copies what it keeps.
   *
   * @throws InvalidRequestException if the row alone is larger than the memory
   * @throws StorageException if rows could not be spilled, for example on a full disk
   */
  void add(int shard, long order, byte[] key, byte @Nullable [] value) {
    if (RowPages.rowBytes(key, value) > pages.capacity()) {
      throw tooLarge(key, value);
    }
    int address = index.rows() < MAX_ROWS_IN_MEMORY ? pages.add(order, key, value) : -1;
    if (address < 0) {
      spill();
      address = pages.add(order, key, value);
    }
    index.add(shard, KeyPrefix.of(key), address);
  }

  private InvalidRequestException tooLarge(byte[] key, byte @Nullable [] value) {
    return new InvalidRequestException(
        "a row of "
            + RowPages.rowBytes(key, value)
            + " bytes does not fit the sort memory of "
            + pages.capacity()
            + " bytes; give the build more: in Flink managed memory of the task managers, else the writer's"
            + " sortMemoryBytes, which the ranges of its parallelism share");
  }

  /** The number of runs in files. */
  int spilledRuns() {
    return runs.size();
  }

  /**
   * All rows in order. Nothing can be added after. The cursor is valid until the sorter is closed,
   * which closes it.
   */
  SortedRows finish() {
    try {
      sorted = runs.isEmpty() ? index.sorted() : merge(true);
      return sorted;
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  private void spill() {
    try {
      runs.add(SpilledRun.write(nextFile(), index.sorted()));
      index.clear();
      pages.clear();
      if (runs.size() >= MAX_RUNS) {
        mergeRuns();
      }
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  private void mergeRuns() throws IOException {
    SpilledRun merged;
    try (SortedRows rows = merge(false)) {
      merged = SpilledRun.write(nextFile(), rows);
    }
    for (SpilledRun run : runs) {
      run.delete();
    }
    runs.clear();
    runs.add(merged);
  }

  private SortedRows merge(boolean withMemory) throws IOException {
    List<SortedRows> cursors = new ArrayList<>();
    for (SpilledRun run : runs) {
      cursors.add(run.read());
    }
    if (withMemory) {
      cursors.add(index.sorted());
    }
    return new MergedRows(cursors);
  }

  private Path nextFile() {
    return directory.resolve("run-" + files++);
  }

  private StorageException failed(String what, IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return new StorageException(
          "interrupted before sorted rows were "
              + (what.equals("write") ? "written to" : "read from")
              + " the local directory "
              + directory
              + "; a row that was to be added was not",
          e);
    }
    return new StorageException(
        "could not "
            + what
            + " sorted rows in the local directory "
            + directory
            + ": "
            + FileFailure.reason(
                e,
                "free disk space, or choose a larger disk: in Flink with io.tmp.dirs, else with the writer's directory")
            + "; nothing was announced",
        e);
  }

  /** Closes open files and deletes the spilled runs. Idempotent. */
  @Override
  public void close() {
    try {
      if (sorted != null) {
        sorted.close();
        sorted = null;
      }
      for (SpilledRun run : runs) {
        run.delete();
      }
      runs.clear();
    } catch (IOException e) {
      throw failed("delete", e);
    }
  }
}
