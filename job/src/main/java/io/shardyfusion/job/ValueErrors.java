package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong with the values of options, so that all of it is told at once. Each
 * message is told once, in the order in which they came. Used by one thread.
 */
public final class ValueErrors {

  private final Set<String> messages = new LinkedHashSet<>();

  /** Adds a message. */
  public void add(String message) {
    messages.add(message);
  }

  /** Adds what {@code check} is refused with, if it is. */
  public void check(Runnable check) {
    orNull(
        () -> {
          check.run();
          return null;
        });
  }

  /**
   * The result of {@code value}; where it is refused, that is added, and {@code otherwise} stands
   * for it while the rest is checked.
   */
  public <T> T valueOf(Supplier<? extends T> value, T otherwise) {
    T given = orNull(value);
    return given == null ? otherwise : given;
  }

  /** The result of {@code value}, or null where it is refused, which is added. */
  public <T> @Nullable T orNull(Supplier<? extends @Nullable T> value) {
    try {
      return value.get();
    } catch (InvalidRequestException e) {
      String.valueOf(e.getMessage()).lines().forEach(messages::add);
      return null;
    }
  }

  /**
   * The result of {@code value} for {@code option}; null where that is not given, or is refused.
   */
  public <O, T> @Nullable T given(@Nullable O option, Function<? super O, ? extends T> value) {
    return option == null ? null : orNull(() -> value.apply(option));
  }

  /** Checks an option where it is given, as {@link #check} does. */
  public <O> void checkGiven(@Nullable O option, Consumer<? super O> check) {
    if (option != null) {
      check(() -> check.accept(option));
    }
  }

  /** All that was added. */
  public List<String> messages() {
    return List.copyOf(messages);
  }

  /**
   * Throws if anything is wrong.
   *
   * @throws InvalidRequestException with a line for each message
   */
  public void throwIfAny() {
    if (!messages.isEmpty()) {
      throw new InvalidRequestException(String.join("\n", messages));
    }
  }
}
