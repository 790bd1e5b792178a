package io.shardyfusion.format;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The objects of the dataset that a run needs, recorded so that cleanup keeps them.
 *
 * @param base the manifest of the snapshot that it begins with or replaces; null if there is none,
 *     and once a continuous run has a checkpoint
 * @param checkpoints the last ones that completed, oldest first; at most {@link
 *     Limits#MAX_RUN_CHECKPOINTS}, with at most {@link Limits#MAX_RUN_DESCRIPTORS} descriptors
 */
public record RunNeeds(@Nullable ManifestRef base, List<CheckpointNeeds> checkpoints) {

  /** Nothing. */
  public static final RunNeeds NONE = new RunNeeds(null, List.of());

  /** Checks the bounds and the order, and copies the checkpoints. */
  public RunNeeds {
    checkpoints = List.copyOf(checkpoints);
    Checks.size("checkpoints", "entries", checkpoints.size(), Limits.MAX_RUN_CHECKPOINTS);
    Checks.size(
        "checkpoints",
        "descriptors",
        Math.toIntExact(descriptors(checkpoints)),
        Limits.MAX_RUN_DESCRIPTORS);
    for (int i = 1; i < checkpoints.size(); i++) {
      Checks.atLeast(
          "checkpoints[" + i + "].checkpoint_id",
          checkpoints.get(i).checkpointId(),
          checkpoints.get(i - 1).checkpointId() + 1);
    }
  }

  /** Returns whether the run needs nothing. */
  public boolean isNothing() {
    return base == null && checkpoints.isEmpty();
  }

  /**
   * These needs after a checkpoint has completed: the base is not needed any more.
   *
   * @param newest the last ones are kept, up to this number of them, at least 1, and as many as fit
   */
  public RunNeeds completed(CheckpointNeeds checkpoint, int newest) {
    List<CheckpointNeeds> kept = new ArrayList<>(checkpoints);
    kept.removeIf(c -> c.checkpointId() == checkpoint.checkpointId());
    kept.add(checkpoint);
    kept.sort(Comparator.comparingLong(CheckpointNeeds::checkpointId));
    while (kept.size() > newest || descriptors(kept) > Limits.MAX_RUN_DESCRIPTORS) {
      kept.remove(0);
    }
    return new RunNeeds(null, kept);
  }

  private static long descriptors(List<CheckpointNeeds> checkpoints) {
    return Checks.sum("checkpoints.descriptors", checkpoints, c -> c.descriptors().size());
  }
}
