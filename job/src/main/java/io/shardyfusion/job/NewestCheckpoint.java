package io.shardyfusion.job;

import static java.util.stream.Collectors.toList;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.dataset.Dataset;
import io.shardyfusion.dataset.PointerState;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.WriterIdentity;
import io.shardyfusion.job.RetainedCheckpoints.Retained;
import io.shardyfusion.pointer.Predecessor;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoint that a job is restored from which is to continue from the newest. It is chosen by
 * what the checkpoints and the dataset say, never by the times of files, which follow clocks that
 * may be set.
 *
 * <ol>
 *   <li>Of several lineages it is the one that the pointer names as the dataset's writer. If that
 *       is not among them, nothing is guessed.
 *   <li>Within a lineage numbers grow. But where a job went on from an older one there are two
 *       branches, and of these only one was announced: a checkpoint whose next version would not
 *       follow the newest one of the dataset is passed over while there is another.
 * </ol>
 */
final class NewestCheckpoint {

  /** The most versions that a checkpoint may be ahead of what is announced. */
  private static final int MAX_AHEAD = 100;

  private static final Comparator<Retained> OLDEST_FIRST =
      Comparator.<Retained>comparingLong(r -> r.sink().checkpointId())
          .thenComparing(Retained::path);

  private final Dataset dataset;
  private final Optional<Pointer> pointer;

  /**
   * Chooses for {@code dataset}, by its pointer as it stands.
   *
   * @throws io.shardyfusion.StorageException if that cannot be read
   */
  NewestCheckpoint(Dataset dataset) {
    this.dataset = dataset;
    this.pointer = dataset.pointer().map(PointerState::pointer);
  }

  /**
   * The one to go on from.
   *
   * @param retained at least one
   * @param directory where they are, for messages
   * @throws InvalidRequestException if they are of several jobs, none of which is the writer
   */
  Retained of(List<Retained> retained, String directory) {
    Map<String, List<Retained>> lineages =
        retained.stream()
            .collect(Collectors.groupingBy(r -> r.sink().lineage(), TreeMap::new, toList()));
    String writer = pointer.map(Pointer::writer).map(WriterIdentity::lineage).orElse(null);
    List<Retained> candidates = writer == null ? null : lineages.get(writer);
    if (candidates == null) {
      if (lineages.size() > 1) {
        throw ambiguous(lineages, writer, directory);
      }
      candidates = retained;
    }
    List<Retained> newestFirst = candidates.stream().sorted(OLDEST_FIRST.reversed()).toList();
    return newestFirst.stream()
        .filter(this::goesOn)
        .findFirst()
        // It will be refused with what is there, unless the dataset is taken over.
        .orElse(newestFirst.get(0));
  }

  /** Returns whether the next version of a job that is restored from it follows the newest one. */
  private boolean goesOn(Retained checkpoint) {
    if (checkpoint.sink().predecessor().isNewestOf(pointer)) {
      return true;
    }
    return checkpoint.sink().predecessor() instanceof Predecessor.Version last
        && isAhead(last.manifest());
  }

  /**
   * Returns whether a stored version follows the newest one, at once or after others that are
   * stored.
   */
  private boolean isAhead(ManifestRef stored) {
    ManifestRef version = stored;
    for (int ahead = 0; ahead < MAX_AHEAD && !isInHistory(version); ahead++) {
      try {
        version = dataset.manifest(version).parent();
      } catch (DataDamagedException e) {
        return false; // Gone, or of another dataset.
      }
      if (version == null) {
        return new Predecessor.None().isNewestOf(pointer);
      }
    }
    return new Predecessor.Version(version).isNewestOf(pointer);
  }

  private boolean isInHistory(ManifestRef manifest) {
    return pointer.stream()
        .flatMap(p -> p.history().stream())
        .anyMatch(entry -> entry.manifest().equals(manifest));
  }

  private static InvalidRequestException ambiguous(
      Map<String, List<Retained>> lineages, @Nullable String writer, String directory) {
    StringBuilder message = new StringBuilder("the checkpoint directory ").append(directory);
    message
        .append(" has checkpoints of ")
        .append(lineages.size())
        .append(" jobs, and ")
        .append(
            writer == null
                ? "the dataset has no writer yet"
                : "the dataset's writer, lineage " + writer + ", is none of them")
        .append("; choose one with --restore PATH:");
    lineages.forEach(
        (lineage, of) -> {
          Retained newest = of.stream().max(OLDEST_FIRST).orElseThrow();
          message
              .append(' ')
              .append(newest.path())
              .append(" (lineage ")
              .append(lineage)
              .append(", checkpoint ")
              .append(newest.sink().checkpointId())
              .append(");");
        });
    return new InvalidRequestException(
        message + " or begin on top of the current version with --restore none --base current");
  }
}
