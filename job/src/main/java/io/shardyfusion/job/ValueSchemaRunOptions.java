package io.shardyfusion.job;

import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.schema.ValueSchemas;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code shardy run} for the schema of values. */
final class ValueSchemaRunOptions {

  @Option(
      names = "--value-schema",
      paramLabel = "FILE",
      description =
          "The schema that values are written by, recorded in the manifest: .avsc is Avro, .json JSON Schema.")
  @Nullable String file;

  @Option(
      names = "--allow-schema-change",
      description =
          "Let the value schema change to one whose values the current version's cannot read.")
  boolean allowChange;

  /** The schema, or null; a file that cannot be used is added to {@code errors}. */
  @Nullable ValueSchema toSchema(ValueErrors errors) {
    String chosen = file;
    return chosen == null ? null : errors.orNull(() -> ValueSchemas.read(Path.of(chosen)));
  }
}
