package io.shardyfusion.cli.frame;

import io.shardyfusion.ConflictException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.Printable;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.cli.printing.OutputClosedException;
import io.shardyfusion.job.OptionHints;
import io.shardyfusion.machine.OpenFileLimit;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The one place where a failure becomes a message and an exit code. */
public final class Failures {

  /** The asked-for thing is not there. */
  public static final int NOT_THERE = 1;

  /** The call must be corrected. */
  static final int USAGE = 2;

  /** The storage failed, or data is bad. */
  public static final int FAILED = 3;

  /** Another writer holds the dataset. */
  static final int CONFLICT = 4;

  /** The options by the settings of {@link io.shardyfusion.reader.ReaderOptions}. */
  static final Map<String, String> READER_OPTIONS =
      Map.of("ReaderOptions.cacheDirectory", "--cache");

  private Failures() {}

  /** Reports what went wrong and returns the exit code. */
  public static int report(PrintWriter err, Throwable failure, boolean stacktrace) {
    if (failure instanceof OutputClosedException) {
      return 0;
    }
    boolean ours = failure instanceof ShardyfusionException;
    String limit = ours ? null : OpenFileLimit.reason(failure);
    if (ours) {
      err.println("shardy: " + hinted(String.valueOf(failure.getMessage())));
    } else if (limit != null) {
      err.println("shardy: " + limit);
    } else {
      err.println("shardy: unexpected failure: " + Printable.lines(failure.toString()));
      if (!stacktrace) {
        err.println("Run the command again with --stacktrace to see where it comes from.");
      }
    }
    if (stacktrace) {
      failure.printStackTrace(err);
    }
    err.flush();
    return code(failure);
  }

  /** Reports a command line that cannot be used and returns the exit code. */
  public static int reportUsage(PrintWriter err, ParameterException failure, boolean stacktrace) {
    CommandLine command = failure.getCommandLine();
    if (failure.getCause() instanceof ShardyfusionException cause) {
      return report(err, cause, stacktrace);
    }
    String.valueOf(failure.getMessage())
        .lines()
        .forEach(line -> err.println("shardy: " + Printable.line(hinted(line))));
    err.println("See " + command.getCommandSpec().qualifiedName() + " --help.");
    if (stacktrace) {
      failure.printStackTrace(err);
    }
    err.flush();
    return USAGE;
  }

  /** The message with the options of the settings that it names, on one line with each. */
  public static String hinted(String message) {
    return OptionHints.in(message, READER_OPTIONS);
  }

  private static int code(Throwable failure) {
    if (failure instanceof InvalidRequestException) {
      return USAGE;
    }
    if (failure instanceof NotFoundException) {
      return NOT_THERE;
    }
    // Everything else is a storage that failed, damaged data, or a defect of ours.
    return failure instanceof ConflictException ? CONFLICT : FAILED;
  }
}
