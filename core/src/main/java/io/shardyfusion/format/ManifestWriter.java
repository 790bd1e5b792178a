package io.shardyfusion.format;

/**
 * The software that wrote a snapshot.
 *
 * @param engine its name, for example {@code flink}
 * @param engineVersion the engine's version
 * @param version of shardyfusion
 * @param mode the kind of run that wrote it
 */
public record ManifestWriter(String engine, String engineVersion, String version, RunMode mode) {

  /** Checks the lengths. */
  public ManifestWriter {
    Checks.text("engine", engine, Limits.MAX_NAME);
    Checks.text("engine_version", engineVersion, Limits.MAX_NAME);
    Checks.text("version", version, Limits.MAX_NAME);
  }
}
