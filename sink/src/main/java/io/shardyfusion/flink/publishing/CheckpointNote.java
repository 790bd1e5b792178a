package io.shardyfusion.flink.publishing;

import io.shardyfusion.format.CheckpointNeeds;

/**
 * Notes what a checkpoint needs of the dataset that is not announced, so that cleanup keeps it.
 *
 * @param needs of the checkpoint
 */
public record CheckpointNote(CheckpointNeeds needs) implements Committable {}
