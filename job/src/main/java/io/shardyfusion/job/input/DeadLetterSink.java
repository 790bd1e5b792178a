package io.shardyfusion.job.input;

import io.shardyfusion.StorageException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines to files {@code bad-rows-<job>-<subtask>-<random>.jsonl} in a directory. A file is
 * complete at the end of input, or, in a job with checkpoints, before the next checkpoint; a
 * subtask without lines writes no file. After a restart, lines since the last checkpoint are
 * written again: at least once. What an ended attempt did not complete is deleted.
 */
final class DeadLetterSink implements Sink<byte[]> {

  private static final long serialVersionUID = 1L;

  private final String directory;

  DeadLetterSink(String directory) {
    this.directory = directory;
  }

  @Override
  public SinkWriter<byte[]> createWriter(WriterInitContext context) {
    String prefix =
        "bad-rows-"
            + context.getJobInfo().getJobId()
            + "-"
            + context.getTaskInfo().getIndexOfThisSubtask()
            + "-";
    return new Writer(new Path(directory), prefix);
  }

  private static final class Writer implements SinkWriter<byte[]> {

    private final Path directory;
    private final String prefix;
    private @Nullable Path path;
    private @Nullable OutputStream out;

    Writer(Path directory, String prefix) {
      this.directory = directory;
      this.prefix = prefix;
    }

    @Override
    public void write(byte[] line, Context context) {
      try {
        OutputStream open = out;
        if (open == null) {
          path = new Path(directory, prefix + UUID.randomUUID() + ".jsonl");
          open =
              new BufferedOutputStream(
                  path.getFileSystem().create(path, FileSystem.WriteMode.NO_OVERWRITE));
          out = open;
        }
        open.write(line);
      } catch (IOException e) {
        throw failure(e);
      }
    }

    @Override
    public void flush(boolean endOfInput) {
      OutputStream open = out;
      if (open == null) {
        return;
      }
      try {
        open.close();
        out = null;
      } catch (IOException e) {
        throw failure(e);
      }
    }

    @Override
    public void close() throws IOException {
      OutputStream open = out;
      Path incomplete = path;
      if (open == null || incomplete == null) {
        return;
      }
      out = null;
      try (open) {
        // Closed before it is deleted.
      } finally {
        incomplete.getFileSystem().delete(incomplete, false);
      }
    }

    private StorageException failure(IOException e) {
      return new StorageException(
          "cannot write bad rows to "
              + path
              + ": "
              + e.getMessage()
              + "; correct the URI of --on-bad-row dead-letter:",
          e);
    }
  }
}
