package io.shardyfusion.flink.run;

/** The snapshot that a continuous job begins with which is not restored. */
public enum BaseSnapshot {
  /** Nothing. An error where the dataset has a snapshot, unless it is taken over. */
  EMPTY,
  /** The dataset's current snapshot, if there is one; it must have the same shards. */
  CURRENT
}
