package io.shardyfusion.format;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The objects of the dataset that a continuous job needs to go on from one of its checkpoints: the
 * descriptors of all shards, those of a manifest and the others, and the table files that they
 * list.
 *
 * @param checkpointId the checkpoint
 * @param takenAt when it was taken, by the publisher's clock; what was stored before is in this
 *     checkpoint or not needed by a later one; cut to the millisecond
 * @param manifest names the descriptor of every shard but those of {@code descriptors}; null if
 *     these are all
 * @param descriptors those that the manifest does not name; the order does not matter
 */
public record CheckpointNeeds(
    long checkpointId,
    Instant takenAt,
    @Nullable ManifestRef manifest,
    List<DescriptorRef> descriptors) {

  /** Checks the ranges, and copies the descriptors. */
  public CheckpointNeeds {
    Checks.atLeast("checkpoint_id", checkpointId, 0);
    takenAt = Timestamps.millis("taken_at", takenAt);
    descriptors = List.copyOf(descriptors);
    Checks.size("descriptors", "entries", descriptors.size(), Limits.MAX_RUN_DESCRIPTORS);
  }
}
