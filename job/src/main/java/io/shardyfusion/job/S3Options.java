package io.shardyfusion.job;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.S3ConditionalWrites;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.S3Encryption;
import io.shardyfusion.store.S3ObjectSettings;
import io.shardyfusion.store.StoreOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The settings of S3, as every command and the job take them. A picocli mixin. */
public final class S3Options {

  @Option(
      names = "--s3-endpoint",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "The address of an S3-compatible server (default: AWS).")
  @Nullable String endpoint;

  @Option(
      names = "--s3-region",
      paramLabel = "REGION",
      scope = ScopeType.INHERIT,
      description = "The region; else that of the AWS configuration.")
  @Nullable String region;

  @Option(
      names = "--s3-path-style",
      scope = ScopeType.INHERIT,
      description = "The bucket is part of the path, not of the host name.")
  boolean pathStyle;

  @Option(
      names = "--s3-profile",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "The profile of the AWS configuration; else the standard chain.")
  @Nullable String profile;

  @Option(
      names = "--s3-role",
      paramLabel = "ARN",
      scope = ScopeType.INHERIT,
      description = "A role to assume with these credentials.")
  @Nullable String role;

  @Option(
      names = "--s3-external-id",
      paramLabel = "ID",
      scope = ScopeType.INHERIT,
      description = "The external id that the role expects.")
  @Nullable String externalId;

  @Option(
      names = "--s3-ca",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Certificates (PEM) to trust instead of Java's.")
  @Nullable Path ca;

  @Option(
      names = "--s3-proxy",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "An HTTP proxy; else that of the environment.")
  @Nullable String proxy;

  @Option(
      names = "--s3-call-timeout",
      paramLabel = "D",
      scope = ScopeType.INHERIT,
      description = "The longest call but a transfer, retries included (default: 60s).")
  @Nullable String callTimeout;

  @Option(
      names = "--s3-silence-timeout",
      paramLabel = "D",
      scope = ScopeType.INHERIT,
      description = "The longest silence in the middle of a request (default: 30s).")
  @Nullable String silenceTimeout;

  @Option(
      names = "--s3-transfer-timeout",
      paramLabel = "D",
      scope = ScopeType.INHERIT,
      description =
          "The longest transfer of a file or a part of it, retries included (default: 30m).")
  @Nullable String transferTimeout;

  @Option(
      names = "--s3-checksums",
      paramLabel = "on|off",
      scope = ScopeType.INHERIT,
      description = "off for a server that does not know S3's checksums (default: on).")
  @Nullable String checksums;

  @Option(
      names = "--s3-conditional-writes",
      paramLabel = "probe|etag|generation|none",
      scope = ScopeType.INHERIT,
      description =
          "The kind of conditional writes; generation: Google Cloud Storage (default: probe).")
  @Nullable String conditionalWrites;

  @Option(
      names = "--allow-unfenced",
      scope = ScopeType.INHERIT,
      description = "Write to a store without conditional writes; there must be one writer only.")
  boolean allowUnfenced;

  @Option(
      names = "--s3-encryption",
      paramLabel = "s3|kms|kms:KEY",
      scope = ScopeType.INHERIT,
      description = "The encryption of objects; else as the bucket does.")
  @Nullable String encryption;

  @Option(
      names = "--s3-storage-class",
      paramLabel = "CLASS",
      scope = ScopeType.INHERIT,
      description = "The storage class of table files, such as STANDARD_IA.")
  @Nullable String storageClass;

  @Option(
      names = "--s3-tag",
      paramLabel = "K=V",
      scope = ScopeType.INHERIT,
      description = "A tag of table files; repeatable.")
  Map<String, String> tags = new LinkedHashMap<>();

  @Option(
      names = "--s3-requester-pays",
      scope = ScopeType.INHERIT,
      description = "Pay for the requests, instead of the bucket's owner.")
  boolean requesterPays;

  @Option(
      names = "--s3-user-agent",
      paramLabel = "TEXT",
      scope = ScopeType.INHERIT,
      description = "Added to the user agent of requests, for the server's access log.")
  @Nullable String userAgent;

  /**
   * The settings that the options give.
   *
   * @throws InvalidRequestException if any of them cannot be used
   */
  public StoreOptions toStoreOptions() {
    ValueErrors errors = new ValueErrors();
    StoreOptions options = toStoreOptions(errors);
    errors.throwIfAny();
    return options;
  }

  /**
   * The settings that the options give; a value that cannot be used is added to {@code errors}, and
   * left at its default.
   */
  public StoreOptions toStoreOptions(ValueErrors errors) {
    StoreOptions.Builder builder =
        StoreOptions.builder()
            .s3PathStyle(pathStyle)
            .s3TrustedCertificates(ca)
            .s3RequesterPays(requesterPays)
            .allowUnfenced(allowUnfenced);
    errors.check(() -> builder.s3Endpoint(address("--s3-endpoint", endpoint, "https://host:port")));
    errors.check(() -> builder.s3Region(region));
    credentials(builder, errors);
    errors.check(() -> builder.s3Proxy(address("--s3-proxy", proxy, "http://host:port")));
    errors.check(() -> builder.s3Checksums(checksums()));
    errors.check(() -> builder.userAgentSuffix(userAgent));
    objects(builder, errors);
    errors.checkGiven(
        callTimeout, text -> builder.callTimeout(Durations.parse("--s3-call-timeout", text)));
    errors.checkGiven(
        silenceTimeout,
        text -> builder.silenceTimeout(Durations.parse("--s3-silence-timeout", text)));
    errors.checkGiven(
        transferTimeout,
        text -> builder.transferTimeout(Durations.parse("--s3-transfer-timeout", text)));
    errors.checkGiven(
        conditionalWrites, text -> builder.s3ConditionalWrites(S3ConditionalWrites.of(text)));
    return builder.build();
  }

  private void objects(StoreOptions.Builder builder, ValueErrors errors) {
    S3Encryption encrypted = errors.given(encryption, S3Encryption::of);
    // Each alone first: together, only the first that cannot be used would be told.
    errors.check(() -> new S3ObjectSettings(null, storageClass, Map.of()));
    tags.forEach(
        (name, value) -> errors.check(() -> new S3ObjectSettings(null, null, Map.of(name, value))));
    errors.check(() -> builder.s3Objects(new S3ObjectSettings(encrypted, storageClass, tags)));
  }

  private static @Nullable URI address(String option, @Nullable String text, String example) {
    try {
      return text == null ? null : new URI(text);
    } catch (URISyntaxException e) {
      // It may hold a password.
      throw new InvalidRequestException(
          "%s must be the address of a server, such as %s, %s"
              .formatted(
                  option,
                  example,
                  text.indexOf('@') < 0
                      ? "found '" + text + "'"
                      : "without credentials; they come from the AWS configuration or environment"));
    }
  }

  private void credentials(StoreOptions.Builder builder, ValueErrors errors) {
    S3Credentials named = errors.given(profile, S3Credentials::profile);
    S3Credentials base = named == null ? S3Credentials.chain() : named;
    if (role != null) {
      errors.checkGiven(
          role, arn -> builder.s3Credentials(new S3Credentials.Role(arn, externalId, base)));
      return;
    }
    if (externalId != null) {
      errors.add("--s3-external-id is for --s3-role; found no --s3-role");
    }
    builder.s3Credentials(base);
  }

  private boolean checksums() {
    if (checksums == null || checksums.equals("on")) {
      return true;
    }
    if (checksums.equals("off")) {
      return false;
    }
    throw new InvalidRequestException(
        "--s3-checksums must be on or off, found '" + checksums + "'");
  }
}
