package io.shardyfusion.store.s3;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.ObjectKeys;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/**
 * A root on S3, and the owner of the translation between keys relative to it and keys of its
 * bucket.
 *
 * @param bucket the bucket's name
 * @param prefix the common beginning of the keys, without a slash at either end; empty: the whole
 *     bucket
 */
public record S3Location(String bucket, String prefix) {

  // More than AWS allows today: servers, and old buckets, are less strict.
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

  public S3Location {
    if (!BUCKET.matcher(bucket).matches()) {
      throw new InvalidRequestException(
          "expected s3://bucket/prefix with a bucket of letters, digits, dots, hyphens and"
              + " underscores, found "
              + (bucket.isEmpty() ? "no bucket" : "'" + bucket + "'"));
    }
    if (!prefix.isEmpty()) {
      ObjectKeys.check(prefix);
    }
  }

  /**
   * The location that the rest of a URI names.
   *
   * @param rest what follows {@code s3:}; the part after the bucket is taken as it is
   */
  public static S3Location parse(String rest) {
    if (!rest.startsWith("//")) {
      throw new InvalidRequestException("expected s3://bucket/prefix, found 's3:' without '//'");
    }
    int slash = rest.indexOf('/', 2);
    String bucket = slash < 0 ? rest.substring(2) : rest.substring(2, slash);
    if (bucket.contains("@") || bucket.contains(":")) {
      // Not repeated in the message, as it may hold a secret.
      throw new InvalidRequestException(
          "expected s3://bucket/prefix, found an s3 URI with credentials or a port: credentials"
              + " come from the AWS configuration or environment, and the server is a setting of"
              + " its own, StoreOptions.s3Endpoint");
    }
    int end = rest.length();
    while (end > 0 && rest.charAt(end - 1) == '/') {
      end--;
    }
    return new S3Location(bucket, slash < 0 || end <= slash ? "" : rest.substring(slash + 1, end));
  }

  /** The key in the bucket. */
  String absolute(String key) {
    return prefix.isEmpty() ? key : prefix + "/" + key;
  }

  /** The key below this location of one in the bucket that begins with {@code absolute("")}. */
  String relative(String key) {
    return prefix.isEmpty() ? key : key.substring(prefix.length() + 1);
  }

  /** The location as a URI, with what a URI cannot hold percent-encoded. */
  URI uri() {
    try {
      return new URI("s3", bucket, prefix.isEmpty() ? "" : "/" + prefix, null, null);
    } catch (URISyntaxException e) {
      throw new InvalidRequestException("'" + prefix + "' cannot be part of a URI", e);
    }
  }

  /** The location of an object, for messages. */
  String describe(String key) {
    return "s3://" + bucket + "/" + absolute(key);
  }
}
