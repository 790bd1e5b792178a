package io.shardyfusion.job.input.files;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.FileSplitAssigner;
import org.jspecify.annotations.Nullable;

/**
 * Hands out files in the order in which they were found, and those found together in path order.
 *
 * <p>A split gets a number when it is added first, and carries it in its id, {@code 0-number-path}.
 * So a split that comes back, from a checkpoint or from a reader that failed, takes its old place
 * before all that were found after it. The path makes ids unique even where a number is given
 * again, which happens when a job is restored while no file waits.
 *
 * <p>Used by one thread, as Flink does.
 */
final class FoundOrderAssigner implements FileSplitAssigner {

  /** An id begins with the ordinal that {@link RowSplits#ordinalOf} reads. */
  private static final Pattern NUMBERED = Pattern.compile("0-(\\d+)-.*", Pattern.DOTALL);

  private final TreeSet<Waiting> waiting =
      new TreeSet<>(
          Comparator.comparingLong(Waiting::number)
              .thenComparing(waits -> waits.split().splitId()));

  private long nextNumber;

  /** A split and its number. */
  private record Waiting(long number, FileSourceSplit split) {}

  FoundOrderAssigner(Collection<FileSourceSplit> splits) {
    addSplits(splits);
  }

  @Override
  public Optional<FileSourceSplit> getNext(@Nullable String host) {
    return Optional.ofNullable(waiting.pollFirst()).map(Waiting::split);
  }

  @Override
  public void addSplits(Collection<FileSourceSplit> splits) {
    List<FileSourceSplit> found = new ArrayList<>();
    for (FileSourceSplit split : splits) {
      Matcher numbered = NUMBERED.matcher(split.splitId());
      if (numbered.matches()) {
        long number = Long.parseLong(numbered.group(1));
        waiting.add(new Waiting(number, split));
        nextNumber = Math.max(nextNumber, number + 1);
      } else {
        found.add(split);
      }
    }
    found.sort(Comparator.comparing(split -> split.path().toString()));
    for (FileSourceSplit split : found) {
      long number = nextNumber++;
      waiting.add(new Waiting(number, numbered(split, number)));
    }
  }

  @Override
  public Collection<FileSourceSplit> remainingSplits() {
    return waiting.stream().map(Waiting::split).toList();
  }

  private static FileSourceSplit numbered(FileSourceSplit split, long number) {
    return new FileSourceSplit(
        "0-" + number + "-" + split.splitId(),
        split.path(),
        split.offset(),
        split.length(),
        split.fileModificationTime(),
        split.fileSize());
  }
}
