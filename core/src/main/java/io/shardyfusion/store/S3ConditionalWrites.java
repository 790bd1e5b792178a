package io.shardyfusion.store;

import io.shardyfusion.InvalidRequestException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The mechanism by which an S3 store makes a write conditional. The fencing of writers depends on
 * it; readers do not need it.
 */
public enum S3ConditionalWrites {

  /**
   * The store's mechanism is found out before the first conditional write: AWS and Google Cloud
   * Storage are known by their host names; any other is asked, by conditional writes of an object
   * of its own that must be refused.
   */
  PROBE,

  /** {@code If-Match} and {@code If-None-Match}: AWS, and most other stores. */
  ETAG,

  /**
   * {@code x-goog-if-generation-match}, with requests signed as Google Cloud Storage asks for: its
   * XML interface silently ignores {@code If-Match} on writes.
   */
  GENERATION,

  /**
   * Not at all: what is there is read before a write and after it. That does not fence writers, so
   * it is refused unless {@link StoreOptions#allowUnfenced()} says that there is one writer only.
   */
  NONE;

  /** The name that options use. */
  public String externalName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The one whose {@link #externalName()} is {@code name}.
   *
   * @throws InvalidRequestException if there is none
   */
  public static S3ConditionalWrites of(String name) {
    return Arrays.stream(values())
        .filter(value -> value.externalName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequestException(
                    "unknown kind of conditional writes '"
                        + name
                        + "'; expected "
                        + Arrays.stream(values())
                            .map(S3ConditionalWrites::externalName)
                            .collect(Collectors.joining(", "))));
  }
}
