package io.shardyfusion.format;

/**
 * The software that wrote a snapshot.
 *
 * @param engine its name, for example {@code flink}
 * @param engineVersion the engine's version
 * @param version of shardyfusion
 * @param mode {@code batch} or {@code streaming}
 */
public record ManifestWriter(String engine, String engineVersion, String version, String mode) {

  /** The mode of a bounded backfill. */
  public static final String BATCH = "batch";

  /** The mode of a continuous job. */
  public static final String STREAMING = "streaming";

  /** Checks the mode and the lengths. */
  public ManifestWriter {
    Checks.text("engine", engine, Limits.MAX_NAME);
    Checks.text("engine_version", engineVersion, Limits.MAX_NAME);
    Checks.text("version", version, Limits.MAX_NAME);
    checkMode(mode);
  }

  static void checkMode(String mode) {
    if (!mode.equals(BATCH) && !mode.equals(STREAMING)) {
      throw new IllegalArgumentException(
          "mode must be " + BATCH + " or " + STREAMING + ", found " + Checks.shown(mode));
    }
  }
}
