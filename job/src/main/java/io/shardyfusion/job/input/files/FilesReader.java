package io.shardyfusion.job.input.files;

import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.files.listing.FileEntry;
import io.shardyfusion.job.input.files.listing.FileTree;
import io.shardyfusion.job.input.files.listing.NotAnInputException;
import io.shardyfusion.job.input.rows.RawRow;
import io.shardyfusion.job.input.rows.ShownPath;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.core.io.InputStatus;
import org.jspecify.annotations.Nullable;

/**
 * Flink's reader of files, which first compares a file with what was found, both when it gets it
 * and when it goes on with it after a restart. One that is gone or empty now is passed over, one
 * that is another is read whole from its beginning; either is told to the enumerator.
 */
@SuppressWarnings("try") // Flink's interface closes with any exception.
final class FilesReader implements SourceReader<RawRow, FileSourceSplit> {

  private final SourceReader<RawRow, FileSourceSplit> reader;
  private final SourceReaderContext context;

  FilesReader(SourceReader<RawRow, FileSourceSplit> reader, SourceReaderContext context) {
    this.reader = reader;
    this.context = context;
  }

  @Override
  public void addSplits(List<FileSourceSplit> splits) {
    reader.addSplits(splits.stream().map(this::asItIsNow).toList());
  }

  private FileSourceSplit asItIsNow(FileSourceSplit split) {
    if (split.fileSize() == 0) {
      return split; // It was passed over.
    }
    FileEntry found = find(split);
    if (found != null
        && found.length() == split.fileSize()
        && FileTree.isSameTime(
            split.path(), found.modificationTime(), split.fileModificationTime())) {
      return split;
    }
    boolean isGone = found == null || found.isDirectory() || found.length() == 0;
    long length = isGone || found == null ? 0 : found.length();
    long modified = isGone || found == null ? 0 : found.modificationTime();
    context.sendSourceEventToCoordinator(new FileEvent(split.path(), length, modified));
    return new FileSourceSplit(split.splitId(), split.path(), 0, length, modified, length);
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

  @Override
  public void start() {
    reader.start();
  }

  @Override
  public InputStatus pollNext(ReaderOutput<RawRow> output) throws Exception {
    return reader.pollNext(output);
  }

  @Override
  public List<FileSourceSplit> snapshotState(long checkpointId) {
    return reader.snapshotState(checkpointId);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return reader.isAvailable();
  }

  @Override
  public void notifyNoMoreSplits() {
    reader.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    reader.handleSourceEvents(event);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    reader.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    reader.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> paused, Collection<String> resumed) {
    reader.pauseOrResumeSplits(paused, resumed);
  }

  @Override
  public void close() throws Exception {
    reader.close();
  }
}
