package io.shardyfusion.store;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings that S3 is given with each object.
 *
 * @param encryption of all objects; null for the bucket's default
 * @param storageClass of uploaded files, such as {@code STANDARD_IA}; null for {@code STANDARD}.
 *     Small objects, which are read often, always have that
 * @param tags of uploaded files
 */
public record S3ObjectSettings(
    @Nullable S3Encryption encryption, @Nullable String storageClass, Map<String, String> tags)
    implements Serializable {

  /** The bucket's own defaults. */
  public static final S3ObjectSettings DEFAULT = new S3ObjectSettings(null, null, Map.of());

  /** S3's bounds. */
  private static final int MAX_TAGS = 10;

  private static final int MAX_TAG_KEY = 128;
  private static final int MAX_TAG_VALUE = 256;

  /** Checks the number and the lengths of the tags. */
  public S3ObjectSettings {
    if (storageClass != null && !storageClass.matches("[A-Z][A-Z0-9_]*")) {
      throw new InvalidRequestException(
          "expected an S3 storage class such as STANDARD_IA, found '" + storageClass + "'");
    }
    if (tags.size() > MAX_TAGS) {
      throw new InvalidRequestException(
          "expected at most " + MAX_TAGS + " S3 object tags, found " + tags.size());
    }
    tags.forEach(
        (key, value) -> {
          if (key.isBlank() || key.length() > MAX_TAG_KEY || value.length() > MAX_TAG_VALUE) {
            throw new InvalidRequestException(
                "expected an S3 object tag with a name of 1 to "
                    + MAX_TAG_KEY
                    + " characters and a value of at most "
                    + MAX_TAG_VALUE
                    + ", found '"
                    + key
                    + "="
                    + value
                    + "'");
          }
        });
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }
}
