package io.shardyfusion.schema;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.ValueSchema;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the language of a kind: by the class loader of {@link SchemaLanguage}, then by the thread's
 * context class loader, as {@link io.shardyfusion.routing.ShardingStrategies} finds strategies.
 */
final class SchemaLanguages {

  private static final SchemaLanguage JSON_SCHEMA = new JsonSchemaLanguage();

  /** Services that cannot be loaded end the search where there are more than could be meant. */
  private static final int MAX_FAILURES = 100;

  private final List<ServiceConfigurationError> failures = new ArrayList<>();

  private SchemaLanguages() {}

  static SchemaLanguage of(ValueSchema.Kind kind) {
    return kind == JSON_SCHEMA.kind() ? JSON_SCHEMA : new SchemaLanguages().service(kind);
  }

  private SchemaLanguage service(ValueSchema.Kind kind) {
    for (ClassLoader loader : loaders()) {
      Iterator<SchemaLanguage> services =
          ServiceLoader.load(SchemaLanguage.class, loader).iterator();
      for (SchemaLanguage next = next(services); next != null; next = next(services)) {
        if (next.kind() == kind) {
          return next;
        }
      }
    }
    String name = kind.externalName();
    InvalidRequestException missing =
        new InvalidRequestException(
            "value schemas of kind "
                + name
                + " need the module shardyfusion-"
                + name
                + ", which is not on the class path: add io.shardyfusion:shardyfusion-"
                + name
                + (failures.isEmpty()
                    ? ""
                    : "; could not be loaded: " + failures.get(0).getMessage()));
    failures.forEach(missing::addSuppressed);
    throw missing;
  }

  private @Nullable SchemaLanguage next(Iterator<SchemaLanguage> services) {
    while (failures.size() < MAX_FAILURES) {
      try {
        return services.hasNext() ? services.next() : null;
      } catch (ServiceConfigurationError e) {
        failures.add(e);
      }
    }
    return null;
  }

  private static Set<ClassLoader> loaders() {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    loaders.add(SchemaLanguage.class.getClassLoader());
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (context != null) {
      loaders.add(context);
    }
    return loaders;
  }
}
