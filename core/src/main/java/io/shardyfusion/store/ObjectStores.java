package io.shardyfusion.store;

/** Opens object stores by URI. */
public final class ObjectStores {

  private ObjectStores() {}

  /**
   * The store of {@code uri}, with retries: {@code s3://bucket/prefix} (also {@code s3a}, {@code s3p}), {@code
   * file:///dir}, or a local path. Does no request, and creates no directory.
   *
   * @throws io.shardyfusion.InvalidRequestException if the URI is of no such form
   */
  public static ObjectStore open(String uri, StoreOptions options) {
    throw new UnsupportedOperationException("not yet");
  }
}
