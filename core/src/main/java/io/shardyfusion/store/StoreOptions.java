package io.shardyfusion.store;

import java.io.Serializable;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How to reach an S3-compatible store. Credentials are not among them: they come from the standard
 * AWS chain, or the named profile.
 *
 * @param s3Endpoint the server's address, or null for AWS
 * @param s3Region the region, or null for that of the AWS configuration
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

  /** AWS, as the environment configures it. */
  public static StoreOptions defaults() {
    return new StoreOptions(null, null, false, null);
  }
}
