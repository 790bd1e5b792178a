package io.shardyfusion.cli.measuring;

import java.util.Arrays;

/** The median of some measurements, and how far they spread. */
public record Spread(double median, double min, double max) {

  /** The spread of at least one measurement. */
  public static Spread of(double[] measurements) {
    double[] sorted = measurements.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }
}
