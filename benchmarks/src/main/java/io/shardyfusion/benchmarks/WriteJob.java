package io.shardyfusion.benchmarks;

import java.util.Locale;

/** The jobs that {@link WriteBench} compares. */
enum WriteJob {
  BULK,
  SHUFFLE,
  PUT;

  /** The name in figures. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
