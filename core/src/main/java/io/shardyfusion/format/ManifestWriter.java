package io.shardyfusion.format;

/**
 * The software that wrote a snapshot.
 *
 * @param engine its name, for example {@code flink}
 * @param engineVersion the engine's version
 * @param version of shardyfusion
 * @param mode {@code batch} or {@code streaming}
 */
public record ManifestWriter(String engine, String engineVersion, String version, String mode) {}
