package io.shardyfusion.flink;

import io.shardyfusion.format.CheckpointNeeds;

/**
 * Notes what a checkpoint needs of the dataset that is not announced, so that cleanup keeps it.
 *
 * @param needs of the checkpoint
 */
record CheckpointNote(CheckpointNeeds needs) implements Committable {}
