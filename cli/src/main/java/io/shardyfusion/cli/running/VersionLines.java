package io.shardyfusion.cli.running;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.shardyfusion.StorageException;
import io.shardyfusion.cli.frame.StopSignals;
import io.shardyfusion.cli.printing.OutputClosedException;
import io.shardyfusion.cli.printing.Printer;
import io.shardyfusion.job.AnnouncedVersion;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Prints each version that a continuous job announces. Where one cannot be printed, because the
 * reader of the output, the terminal or the room for it is gone, the job stops in order and no more
 * is printed. Used by one thread.
 */
final class VersionLines implements Consumer<AnnouncedVersion> {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Printer printer;
  private final StopSignals signals;
  private boolean gone;
  private @Nullable RuntimeException failure;

  VersionLines(Printer printer, StopSignals signals) {
    this.printer = printer;
    this.signals = signals;
  }

  @Override
  public void accept(AnnouncedVersion version) {
    if (gone) {
      return;
    }
    try {
      printer.document(JSON.valueToTree(version));
      printer.flush();
    } catch (OutputClosedException | StorageException e) {
      gone = true;
      // A job that was told to end has nobody to tell any more.
      failure = signals.isStopping() ? null : e;
      signals.stop();
    }
  }

  /** Throws the failure that made the job stop, if there was one. */
  public void check() {
    if (failure != null) {
      throw failure;
    }
  }
}
