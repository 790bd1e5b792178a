package io.shardyfusion.flink.publishing;

/**
 * The sink's committable: what is to be done once a checkpoint has completed. Whole, never a delta,
 * so it can be committed by itself, later, or again.
 */
public sealed interface Committable permits Publication, CheckpointNote {}
