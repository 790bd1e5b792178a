package io.shardyfusion.store.open;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.local.LocalObjectStore;
import io.shardyfusion.store.s3.S3Location;
import io.shardyfusion.store.s3.S3ObjectStore;
import io.shardyfusion.surroundings.LocalPath;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens object stores by URI. */
public final class ObjectStores {

  // Two letters at least: a single one is a drive of Windows.
  private static final Pattern SCHEME =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):(.*)", Pattern.DOTALL);

  /** The character that stands for what cannot be decoded, where it was meant. */
  private static final Pattern NAMED_REPLACEMENT =
      Pattern.compile("\uFFFD|%EF%BF%BD", Pattern.CASE_INSENSITIVE);

  private static final String FORMS =
      "expected s3://bucket/prefix, file:///directory or a local path";

  private ObjectStores() {}

  /**
   * The store of {@code uri}, with retries: {@code s3://bucket/prefix} (also {@code s3a}, {@code
   * s3p}), {@code file:///dir}, or a local path. Does no request, and creates no directory.
   *
   * <p>Slashes at the end do not matter. The prefix of an S3 URI is taken as it is, without percent
   * decoding; that of a {@code file} URI is decoded where it is a valid URI.
   *
   * @throws InvalidRequestException if the URI is of no such form
   */
  public static ObjectStore open(String uri, StoreOptions options) {
    if (uri.isBlank()) {
      throw new InvalidRequestException(FORMS + ", found nothing");
    }
    Matcher matcher = SCHEME.matcher(uri);
    if (!matcher.matches()) {
      return local(uri);
    }
    String rest = matcher.group(2);
    String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "s3", "s3a", "s3p" -> new S3ObjectStore(S3Location.parse(rest), options);
      case "file" -> local(path(uri, rest));
      default ->
          throw new InvalidRequestException(
              FORMS
                  + ", found the scheme '"
                  + scheme
                  + "'; a relative path with a colon is written ./"
                  + scheme
                  + ":...");
    };
  }

  private static ObjectStore local(String path) {
    return new LocalObjectStore(LocalPath.of(path).toAbsolutePath().normalize());
  }

  private static String path(String uri, String rest) {
    String path = rest;
    if (path.startsWith("//")) {
      int slash = path.indexOf('/', 2);
      String host = slash < 0 ? path.substring(2) : path.substring(2, slash);
      if (slash < 0 || !(host.isEmpty() || host.equalsIgnoreCase("localhost"))) {
        throw new InvalidRequestException(
            "expected file:///directory, with three slashes, found '" + uri + "'");
      }
      path = path.substring(slash);
    }
    if (!path.startsWith("/")) {
      throw new InvalidRequestException(
          "expected file:///directory, an absolute path, found '" + uri + "'");
    }
    try {
      URI parsed = new URI("file://" + path);
      if (parsed.getRawQuery() != null || parsed.getRawFragment() != null) {
        throw new InvalidRequestException(
            "a file URI has no query and no fragment: write %3F for ? and %23 for # in '"
                + uri
                + "'");
      }
      String decoded = parsed.getPath();
      if (decoded.indexOf('\uFFFD') >= 0
          && !NAMED_REPLACEMENT.matcher(parsed.getRawPath()).find()) {
        throw new InvalidRequestException(
            "the escapes of '"
                + uri
                + "' are no UTF-8; write the directory as a path, without file:");
      }
      return decoded;
    } catch (URISyntaxException e) {
      return path; // Such as one with spaces, which people do write.
    }
  }
}
