package io.shardyfusion.run;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ValueSchema;
import io.shardyfusion.schema.ValueSchemas;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The check that those who decode values by the schema of the current version can decode those of a
 * run: the version that readers come upon next must not break them.
 *
 * @param next the schema of the run; null if it records none
 * @param isAllowed whether to go on where they cannot
 */
public record SchemaChange(@Nullable ValueSchema next, boolean isAllowed) {

  private static final int MAX_SHOWN = 5;

  /**
   * Checks the change.
   *
   * @param version the number of the current version
   * @param current the schema that it records, or null; anything may follow none
   * @param isStreaming whether rows of the current version may stay, as they are, in those of the
   *     run
   * @return what is allowed that would be refused, in a sentence; empty if nothing is
   * @throws InvalidRequestException if the change is refused, or the module that could compare the
   *     schemas is missing
   */
  public Optional<String> against(
      long version, @Nullable ValueSchema current, boolean isStreaming) {
    if (current == null) {
      return Optional.empty();
    }
    List<String> obstacles;
    try {
      obstacles = obstacles(current, isStreaming);
    } catch (InvalidRequestException e) {
      if (isAllowed) {
        return Optional.of(
            "the value schema changes from that of version %s, %s, and what that does to readers is not known: %s"
                .formatted(version, current, e.getMessage()));
      }
      throw new InvalidRequestException(
          "%s; or allow any change of the value schema with allowSchemaChange()"
              .formatted(e.getMessage()),
          e);
    }
    if (obstacles.isEmpty()) {
      return Optional.empty();
    }
    String change =
        "version %s records the value schema %s, and this run %s: %s"
            .formatted(version, current, next == null ? "none" : next, shown(obstacles));
    if (isAllowed) {
      return Optional.of(change);
    }
    throw new InvalidRequestException(
        "%s; whoever decodes by the schema of version %s may fail on the next one: %s, or upgrade the readers first, and allow the change with allowSchemaChange()"
            .formatted(change, version, advice(current, isStreaming)));
  }

  private List<String> obstacles(ValueSchema current, boolean isStreaming) {
    if (next == null) {
      return List.of("readers then find none to decode by");
    }
    List<String> obstacles = ValueSchemas.obstacles(current, next);
    boolean isOther = !next.fingerprint().equals(current.fingerprint());
    return obstacles.isEmpty() && isStreaming && isOther
        ? List.of(
            "rows that a continuous job keeps stay as the old schema wrote them, and a version records one schema for all its rows")
        : obstacles;
  }

  private String advice(ValueSchema current, boolean isStreaming) {
    if (next == null) {
      return "give it with valueSchema(…)";
    }
    return isStreaming && next.kind() == current.kind()
        ? "change the schema by a backfill, which writes all rows anew"
        : "change the schema so that the old one can read what it writes";
  }

  private static String shown(List<String> obstacles) {
    String shown = String.join("; ", obstacles.subList(0, Math.min(MAX_SHOWN, obstacles.size())));
    return obstacles.size() <= MAX_SHOWN
        ? shown
        : shown + "; and " + (obstacles.size() - MAX_SHOWN) + " more";
  }
}
