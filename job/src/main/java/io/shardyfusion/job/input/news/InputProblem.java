package io.shardyfusion.job.input.news;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A part of the input that cannot be listed or read.
 *
 * @param subject the file or directory, as messages show it
 * @param reason why, and what to do, as it goes on after a colon
 * @param failure what the storage failed with, or null if the thing itself is no input
 */
public record InputProblem(String subject, String reason, @Nullable Exception failure) {

  private static final int MOST_SHOWN = 5;

  /** The problem as a sentence without its full stop. */
  public String message() {
    return "cannot read the input " + subject + ": " + reason;
  }

  /** Returns whether a path is what has the problem, or is below it. */
  public boolean covers(String shownPath) {
    return shownPath.equals(subject)
        || shownPath.startsWith(subject.endsWith("/") ? subject : subject + "/");
  }

  /** The error of a run that needs all of its input. */
  public static ShardyfusionException error(Collection<InputProblem> problems) {
    StringBuilder message = new StringBuilder();
    problems.stream()
        .limit(MOST_SHOWN)
        .forEach(p -> message.append(message.isEmpty() ? "" : "; ").append(p.message()));
    if (problems.size() > MOST_SHOWN) {
      message.append("; and ").append(problems.size() - MOST_SHOWN).append(" more");
    }
    Exception failure =
        problems.stream()
            .map(InputProblem::failure)
            .filter(f -> f != null)
            .findFirst()
            .orElse(null);
    return failure == null
        ? new InvalidRequestException(message.toString())
        : new StorageException(message.toString(), failure);
  }
}
