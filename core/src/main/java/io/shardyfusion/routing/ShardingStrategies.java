package io.shardyfusion.routing;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.Printable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds strategies by their names.
 *
 * <p>Services are looked for by the class loader of {@link ShardingStrategy}, then by the thread's
 * context class loader. On a Flink cluster the two differ: this library may lie in {@code lib/}, or
 * in the jar of the job, and the module of a strategy in the other. Flink makes the job's loader
 * the context of {@code main} and of each task. Nothing is remembered, so that no loader is held; a
 * manifest is read seldom.
 */
public final class ShardingStrategies {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

  private static final int MAX_SHOWN = 100;

  /**
   * Services that cannot be loaded end the search where there are more than could ever be meant.
   */
  private static final int MAX_FAILURES = 100;

  private static final Map<String, ShardingStrategy> BUILT_IN =
      Map.of(HashSharding.STRATEGY, new HashSharding.Strategy());

  private ShardingStrategies() {}

  /**
   * The strategy of that name.
   *
   * @throws InvalidRequestException if nothing provides it, or two classes do; the message says
   *     which module to add
   */
  public static ShardingStrategy named(String name) {
    ShardingStrategy builtIn = BUILT_IN.get(name);
    if (builtIn != null) {
      return builtIn;
    }
    Found found = new Found();
    for (ClassLoader loader : loaders()) {
      ShardingStrategy strategy = found.in(loader, name);
      if (strategy != null) {
        return strategy;
      }
    }
    throw found.unknown(name);
  }

  /** The text in quotes, printable, and cut where it is long. */
  static String shown(String text) {
    return text.length() <= MAX_SHOWN
        ? "'" + Printable.line(text) + "'"
        : "'"
            + Printable.line(text.substring(0, MAX_SHOWN))
            + "…' ("
            + text.length()
            + " characters)";
  }

  private static Set<ClassLoader> loaders() {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    loaders.add(ShardingStrategy.class.getClassLoader());
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (context != null) {
      loaders.add(context);
    }
    return loaders;
  }

  /** The findings of a search. */
  private static final class Found {

    private final Map<String, ShardingStrategy> others = new TreeMap<>(BUILT_IN);
    private final List<ServiceConfigurationError> failures = new ArrayList<>();

    @Nullable ShardingStrategy in(ClassLoader loader, String name) {
      ShardingStrategy found = null;
      Iterator<ShardingStrategy> services =
          ServiceLoader.load(ShardingStrategy.class, loader).iterator();
      for (ShardingStrategy next = next(services); next != null; next = next(services)) {
        if (!next.name().equals(name)) {
          others.putIfAbsent(next.name(), next);
        } else if (found == null) {
          found = next;
        } else {
          throw new InvalidRequestException(
              "the sharding strategy "
                  + shown(name)
                  + " is provided by two classes, "
                  + found.getClass().getName()
                  + " and "
                  + next.getClass().getName()
                  + "; leave one of their modules out");
        }
      }
      return found;
    }

    /**
     * A service that cannot be loaded stops no other: the jar of a job may have this library, too,
     * and then the services in it are of its own interface.
     */
    private @Nullable ShardingStrategy next(Iterator<ShardingStrategy> services) {
      while (failures.size() < MAX_FAILURES) {
        try {
          return services.hasNext() ? services.next() : null;
        } catch (ServiceConfigurationError e) {
          failures.add(e);
        }
      }
      return null;
    }

    InvalidRequestException unknown(String name) {
      String advice =
          NAME.matcher(name).matches()
              ? "no service of "
                  + ShardingStrategy.class.getName()
                  + " on the class path has that name; add the module that has it (shardyfusion-sharding-"
                  + name
                  + ", if it is one of ours), or upgrade this software"
              : "this is not how a strategy is named";
      InvalidRequestException unknown =
          new InvalidRequestException(
              "the sharding strategy "
                  + shown(name)
                  + " is unknown here (known: "
                  + String.join(", ", others.keySet())
                  + "): "
                  + advice
                  + (failures.isEmpty()
                      ? ""
                      : "; could not be loaded: " + failures.get(0).getMessage()),
              failures.isEmpty() ? null : failures.get(0));
      failures.stream().skip(1).forEach(unknown::addSuppressed);
      return unknown;
    }
  }
}
