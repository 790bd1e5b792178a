package io.shardyfusion.bulk;

import io.shardyfusion.InvalidRequestException;

/** The treatment of several rows of one key in a bounded build. */
public enum DuplicatePolicy {
  /** The row of the largest order wins. */
  LAST,
  /** The build fails: nothing is published. */
  FAIL;

  /**
   * The policy of that name: {@code last} or {@code fail}.
   *
   * @throws InvalidRequestException if there is none
   */
  public static DuplicatePolicy of(String name) {
    return switch (name) {
      case "last" -> LAST;
      case "fail" -> FAIL;
      default ->
          throw new InvalidRequestException(
              "unknown duplicate policy '" + name + "'; expected last or fail");
    };
  }
}
