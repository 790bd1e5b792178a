package io.shardyfusion.job.input.files;

import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.files.listing.FileEntry;
import io.shardyfusion.job.input.files.listing.FileTree;
import io.shardyfusion.job.input.files.listing.NotAnInputException;
import io.shardyfusion.job.input.rows.ShownPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.jspecify.annotations.Nullable;

/**
 * Compares files with what was found, in the order in which it is asked to, on a thread of its own:
 * a filesystem may take long to answer, and a task that waits for it would hold up checkpoints and
 * its own end.
 */
final class FileComparison implements AutoCloseable {

  private final ExecutorService comparer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "shardyfusion-input-compare");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Files that were compared.
   *
   * @param now what to read: a file that is the same from where it was read to, another one from
   *     its beginning, nothing of one that is gone
   * @param told what the enumerator is to know
   */
  record Result(List<FileSourceSplit> now, FilesCompared told) {}

  /** Compares; fails with a {@link StorageException} where a filesystem does. */
  CompletableFuture<Result> compare(List<FileSourceSplit> found) {
    return CompletableFuture.supplyAsync(() -> compared(found), comparer);
  }

  private static Result compared(List<FileSourceSplit> found) {
    List<FileSourceSplit> now = new ArrayList<>();
    List<ChangedFile> changed = new ArrayList<>();
    for (FileSourceSplit split : found) {
      ChangedFile change = change(split);
      now.add(change == null ? split : asItIsNow(split, change));
      if (change != null) {
        changed.add(change);
      }
    }
    return new Result(
        now, new FilesCompared(found.stream().map(FileSourceSplit::path).toList(), changed));
  }

  private static @Nullable ChangedFile change(FileSourceSplit split) {
    if (split.fileSize() == 0) {
      return null; // It was passed over.
    }
    FileEntry found = find(split);
    if (found == null || found.isDirectory() || found.length() == 0) {
      return new ChangedFile(split.path(), 0, 0);
    }
    boolean isSame =
        found.length() == split.fileSize()
            && FileTree.isSameTime(
                split.path(), found.modificationTime(), split.fileModificationTime());
    return isSame ? null : new ChangedFile(split.path(), found.length(), found.modificationTime());
  }

  private static FileSourceSplit asItIsNow(FileSourceSplit split, ChangedFile file) {
    return new FileSourceSplit(
        split.splitId(), split.path(), 0, file.length(), file.modificationTime(), file.length());
  }

  private static @Nullable FileEntry find(FileSourceSplit split) {
    try {
      return FileTree.of(split.path()).find(split.path());
    } catch (NotAnInputException e) {
      return null; // Such as a link that leads nowhere now.
    } catch (IOException e) {
      throw new StorageException(
          "cannot read the input file " + ShownPath.of(split.path()) + ": " + e.getMessage(), e);
    }
  }

  /** Ends, without waiting for a filesystem that does not answer. */
  @Override
  public void close() {
    comparer.shutdownNow();
  }
}
