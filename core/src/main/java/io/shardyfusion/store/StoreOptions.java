package io.shardyfusion.store;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How to reach an S3-compatible store. Credentials are not among them: they come from the standard
 * AWS chain, or the named profile.
 *
 * @param s3Endpoint the server's address, {@code http} or {@code https} with a host, or null for
 *     that of the AWS configuration
 * @param s3Region the region, or null for that of the AWS configuration; with an endpoint it may be
 *     missing there too, and is {@code us-east-1} then
 * @param s3PathStyle whether the bucket is part of the path instead of the host name
 * @param s3Profile the profile of the AWS configuration, or null for the standard chain
 */
public record StoreOptions(
    @Nullable URI s3Endpoint,
    @Nullable String s3Region,
    boolean s3PathStyle,
    @Nullable String s3Profile)
    implements Serializable {

  private static final long serialVersionUID = 1L;

  /**
   * Checks the options.
   *
   * @throws InvalidRequestException if the endpoint is no server's address, or a name is blank
   */
  public StoreOptions {
    if (s3Endpoint != null) {
      if (s3Endpoint.getRawUserInfo() != null) {
        throw new InvalidRequestException(
            "expected an S3 endpoint without credentials; they come from the AWS configuration or"
                + " environment");
      }
      String scheme = s3Endpoint.getScheme();
      if (s3Endpoint.getHost() == null
          || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))) {
        throw new InvalidRequestException(
            "expected an S3 endpoint such as https://host:port, found '" + s3Endpoint + "'");
      }
    }
    requireName("region", s3Region);
    requireName("profile", s3Profile);
  }

  /** AWS, as the environment configures it. */
  public static StoreOptions defaults() {
    return new StoreOptions(null, null, false, null);
  }

  private static void requireName(String what, @Nullable String name) {
    if (name != null && name.isBlank()) {
      throw new InvalidRequestException("expected the name of an S3 " + what + ", found a blank");
    }
  }
}
