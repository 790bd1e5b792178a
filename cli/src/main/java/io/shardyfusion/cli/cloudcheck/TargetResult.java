package io.shardyfusion.cli.cloudcheck;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A target, and whether it was met.
 *
 * @param name what is asked for
 * @param found what was found instead of it, or of which kind it is
 * @param ok whether it was met
 */
record TargetResult(
    @JsonProperty("name") String name,
    @JsonProperty("found") String found,
    @JsonProperty("ok") boolean ok) {

  /** That a count is exactly so large. */
  static TargetResult exactly(String name, long expected, long found) {
    return new TargetResult(
        name,
        found == expected ? Long.toString(found) : found + " instead of " + expected,
        found == expected);
  }
}
