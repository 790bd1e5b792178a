package io.shardyfusion.format;

/**
 * The writer that last wrote to the pointer. It fences the writers that came before.
 *
 * @param lineage the writer job, 32 lower-case hexadecimal digits, minted once and kept over
 *     restarts
 * @param generation the attempt of that job; at least 1
 * @param epoch the checkpoint within that attempt; at least 0
 */
public record WriterIdentity(String lineage, long generation, long epoch) {

  /** Checks the ranges. */
  public WriterIdentity {
    Checks.id("lineage", lineage);
    Checks.atLeast("generation", generation, 1);
    Checks.atLeast("epoch", epoch, 0);
  }
}
