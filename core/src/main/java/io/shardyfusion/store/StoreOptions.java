package io.shardyfusion.store;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings for reaching an S3-compatible store, and for how long to wait for it. Immutable,
 * with value equality; a local store needs none of them.
 */
public final class StoreOptions implements Serializable {

  /** The longest call but a transfer, where no other is chosen: a minute. */
  public static final Duration DEFAULT_CALL_TIMEOUT = Duration.ofSeconds(60);

  /** The longest silence of a connection, where no other is chosen: 30 seconds. */
  public static final Duration DEFAULT_SILENCE_TIMEOUT = Duration.ofSeconds(30);

  /** The longest transfer of a part, where no other is chosen: 30 minutes. */
  public static final Duration DEFAULT_TRANSFER_TIMEOUT = Duration.ofMinutes(30);

  /** The longest of any: what the S3 client takes. */
  private static final Duration MAX_TIMEOUT = Duration.ofDays(1);

  private static final long serialVersionUID = 2L;

  private final @Nullable URI s3Endpoint;
  private final @Nullable String s3Region;
  private final boolean s3PathStyle;
  private final S3Credentials s3Credentials;
  private final @Nullable URI s3Proxy;
  private final @Nullable String s3TrustedCertificates;
  private final boolean s3Checksums;
  private final boolean s3RequesterPays;
  private final S3ConditionalWrites s3ConditionalWrites;
  private final boolean allowUnfenced;
  private final S3ObjectSettings s3Objects;
  private final S3Transfers s3Transfers;
  private final @Nullable String userAgentSuffix;
  private final Duration callTimeout;
  private final Duration silenceTimeout;
  private final Duration transferTimeout;

  private StoreOptions(Builder builder) {
    s3Endpoint = builder.s3Endpoint;
    s3Region = builder.s3Region;
    s3PathStyle = builder.s3PathStyle;
    s3Credentials = builder.s3Credentials;
    s3Proxy = builder.s3Proxy;
    s3TrustedCertificates = builder.s3TrustedCertificates;
    s3Checksums = builder.s3Checksums;
    s3RequesterPays = builder.s3RequesterPays;
    s3ConditionalWrites = builder.s3ConditionalWrites;
    allowUnfenced = builder.allowUnfenced;
    s3Objects = builder.s3Objects;
    s3Transfers = builder.s3Transfers;
    userAgentSuffix = builder.userAgentSuffix;
    callTimeout = builder.callTimeout;
    silenceTimeout = builder.silenceTimeout;
    transferTimeout = builder.transferTimeout;
  }

  /** AWS, as the environment configures it. */
  public static StoreOptions defaults() {
    return builder().build();
  }

  /** A builder that has the {@linkplain #defaults() defaults}. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that has these options. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.s3Endpoint = s3Endpoint;
    builder.s3Region = s3Region;
    builder.s3PathStyle = s3PathStyle;
    builder.s3Credentials = s3Credentials;
    builder.s3Proxy = s3Proxy;
    builder.s3TrustedCertificates = s3TrustedCertificates;
    builder.s3Checksums = s3Checksums;
    builder.s3RequesterPays = s3RequesterPays;
    builder.s3ConditionalWrites = s3ConditionalWrites;
    builder.allowUnfenced = allowUnfenced;
    builder.s3Objects = s3Objects;
    builder.s3Transfers = s3Transfers;
    builder.userAgentSuffix = userAgentSuffix;
    builder.callTimeout = callTimeout;
    builder.silenceTimeout = silenceTimeout;
    builder.transferTimeout = transferTimeout;
    return builder;
  }

  /** The server's address, or null for that of the AWS configuration. */
  public @Nullable URI s3Endpoint() {
    return s3Endpoint;
  }

  /** The region, or null for that of the AWS configuration. */
  public @Nullable String s3Region() {
    return s3Region;
  }

  /** Returns whether the bucket is part of the path instead of the host name. */
  public boolean s3PathStyle() {
    return s3PathStyle;
  }

  /** The source of the credentials. */
  public S3Credentials s3Credentials() {
    return s3Credentials;
  }

  /** The HTTP proxy, or null for that of the environment, if there is one. */
  public @Nullable URI s3Proxy() {
    return s3Proxy;
  }

  /** The file of the certificates that are trusted, or null for those of the Java platform. */
  public @Nullable Path s3TrustedCertificates() {
    return s3TrustedCertificates == null ? null : Path.of(s3TrustedCertificates);
  }

  /** Returns whether requests and answers carry checksums that the other side checks. */
  public boolean s3Checksums() {
    return s3Checksums;
  }

  /** Returns whether the requester pays for the requests, instead of the owner of the bucket. */
  public boolean s3RequesterPays() {
    return s3RequesterPays;
  }

  /** The mechanism by which writes are made conditional. */
  public S3ConditionalWrites s3ConditionalWrites() {
    return s3ConditionalWrites;
  }

  /** Returns whether a store without conditional writes is written to all the same. */
  public boolean allowUnfenced() {
    return allowUnfenced;
  }

  /** The settings that S3 is given with each object. */
  public S3ObjectSettings s3Objects() {
    return s3Objects;
  }

  /** The settings for uploads and downloads of files. */
  public S3Transfers s3Transfers() {
    return s3Transfers;
  }

  /** The text that is added to the user agent of requests, or null. */
  public @Nullable String userAgentSuffix() {
    return userAgentSuffix;
  }

  /** The longest that a call other than an upload or a download takes, retries included. */
  public Duration callTimeout() {
    return callTimeout;
  }

  /** The longest that a connection may be silent in the middle of a request. */
  public Duration silenceTimeout() {
    return silenceTimeout;
  }

  /** The longest that the transfer of a file, or of a part of a large one, takes with retries. */
  public Duration transferTimeout() {
    return transferTimeout;
  }

  private List<@Nullable Object> values() {
    return Arrays.asList(
        s3Endpoint,
        s3Region,
        s3PathStyle,
        s3Credentials,
        s3Proxy,
        s3TrustedCertificates,
        s3Checksums,
        s3RequesterPays,
        s3ConditionalWrites,
        allowUnfenced,
        s3Objects,
        s3Transfers,
        userAgentSuffix,
        callTimeout,
        silenceTimeout,
        transferTimeout);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StoreOptions that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  /** The options that say where the store is and how long it may take; no secret. */
  @Override
  public String toString() {
    return "StoreOptions[s3Endpoint="
        + s3Endpoint
        + ", s3Region="
        + s3Region
        + ", s3PathStyle="
        + s3PathStyle
        + ", s3Credentials="
        + s3Credentials
        + ", s3ConditionalWrites="
        + s3ConditionalWrites
        + ", callTimeout="
        + callTimeout
        + ", silenceTimeout="
        + silenceTimeout
        + ", transferTimeout="
        + transferTimeout
        + "]";
  }

  /** Builds {@link StoreOptions}. Not thread-safe. */
  public static final class Builder {

    private @Nullable URI s3Endpoint;
    private @Nullable String s3Region;
    private boolean s3PathStyle;
    private S3Credentials s3Credentials = S3Credentials.chain();
    private @Nullable URI s3Proxy;
    private @Nullable String s3TrustedCertificates;
    private boolean s3Checksums = true;
    private boolean s3RequesterPays;
    private S3ConditionalWrites s3ConditionalWrites = S3ConditionalWrites.PROBE;
    private boolean allowUnfenced;
    private S3ObjectSettings s3Objects = S3ObjectSettings.DEFAULT;
    private S3Transfers s3Transfers = S3Transfers.DEFAULT;
    private @Nullable String userAgentSuffix;
    private Duration callTimeout = DEFAULT_CALL_TIMEOUT;
    private Duration silenceTimeout = DEFAULT_SILENCE_TIMEOUT;
    private Duration transferTimeout = DEFAULT_TRANSFER_TIMEOUT;

    private Builder() {}

    /**
     * The address of an S3-compatible server, {@code http} or {@code https} with a host. Default,
     * and null: that of the AWS configuration.
     *
     * @throws InvalidRequestException if it is no server's address, or has credentials in it
     */
    public Builder s3Endpoint(@Nullable URI endpoint) {
      if (endpoint != null) {
        checkAddress("an S3 endpoint", endpoint, "https://host:port");
      }
      this.s3Endpoint = endpoint;
      return this;
    }

    /**
     * The region. Default, and null: that of the AWS configuration; with an endpoint it may be
     * missing there too, and is {@code us-east-1} then.
     *
     * @throws InvalidRequestException if it is blank
     */
    public Builder s3Region(@Nullable String region) {
      if (region != null && region.isBlank()) {
        throw new InvalidRequestException("expected the name of an S3 region, found a blank");
      }
      this.s3Region = region;
      return this;
    }

    /** Sets whether the bucket is part of the path instead of the host name. Default: it is not. */
    public Builder s3PathStyle(boolean pathStyle) {
      this.s3PathStyle = pathStyle;
      return this;
    }

    /** Sets the source of the credentials. Default: {@link S3Credentials#chain()}. */
    public Builder s3Credentials(S3Credentials credentials) {
      this.s3Credentials = credentials;
      return this;
    }

    /**
     * The HTTP proxy on the way to the server, {@code http://host:port}. Default, and null: what
     * the system properties ({@code https.proxyHost}) or the environment ({@code HTTPS_PROXY}) say
     * for the scheme of the server's address, which can also hold the proxy's user and password.
     *
     * @throws InvalidRequestException if it is not such an address, or has credentials in it
     */
    public Builder s3Proxy(@Nullable URI proxy) {
      if (proxy == null) {
        this.s3Proxy = null;
        return this;
      }
      checkAddress("an HTTP proxy", proxy, "http://host:port");
      String origin = proxy.getScheme() + "://" + proxy.getRawAuthority();
      String rest = proxy.toString().substring(origin.length());
      if (!"http".equalsIgnoreCase(proxy.getScheme())
          || proxy.getPort() < 0
          || !(rest.isEmpty() || rest.equals("/"))) {
        throw new InvalidRequestException(
            "expected an HTTP proxy such as http://host:port, found '" + proxy + "'");
      }
      this.s3Proxy = URI.create(origin);
      return this;
    }

    /**
     * A file of X.509 certificates, PEM, that are trusted as authorities, and no others. It is read
     * when the first request is made. Default, and null: the Java platform's, or those of {@code
     * javax.net.ssl.trustStore}.
     */
    public Builder s3TrustedCertificates(@Nullable Path file) {
      this.s3TrustedCertificates = file == null ? null : file.toString();
      return this;
    }

    /**
     * Sets whether requests and answers carry checksums (CRC32) that the other side checks.
     * Default: they do. A store that does not know them refuses requests; then only what S3 always
     * required has one (MD5).
     */
    public Builder s3Checksums(boolean checksums) {
      this.s3Checksums = checksums;
      return this;
    }

    /** Sets whether the requester pays for the requests. Default: the owner of the bucket does. */
    public Builder s3RequesterPays(boolean requesterPays) {
      this.s3RequesterPays = requesterPays;
      return this;
    }

    /**
     * Sets the mechanism by which writes are made conditional. Default: {@link
     * S3ConditionalWrites#PROBE}.
     */
    public Builder s3ConditionalWrites(S3ConditionalWrites conditionalWrites) {
      this.s3ConditionalWrites = conditionalWrites;
      return this;
    }

    /**
     * Sets whether a store without conditional writes is written to all the same. If so, nothing
     * keeps two writers from undoing each other's work: the caller sees to it that there is only
     * one. Default: it is refused.
     */
    public Builder allowUnfenced(boolean allow) {
      this.allowUnfenced = allow;
      return this;
    }

    /** Sets what S3 is given with each object. Default: {@link S3ObjectSettings#DEFAULT}. */
    public Builder s3Objects(S3ObjectSettings settings) {
      this.s3Objects = settings;
      return this;
    }

    /** Sets how files are uploaded and downloaded. Default: {@link S3Transfers#DEFAULT}. */
    public Builder s3Transfers(S3Transfers transfers) {
      this.s3Transfers = transfers;
      return this;
    }

    /**
     * Sets the text that is added to the user agent of requests, for the server's access log.
     * Default, and null: nothing but the name and version of shardyfusion.
     *
     * @throws InvalidRequestException if it has other than visible ASCII characters and spaces
     */
    public Builder userAgentSuffix(@Nullable String suffix) {
      if (suffix != null && !suffix.matches("[ -~]+")) {
        throw new InvalidRequestException(
            "expected a user agent suffix of visible ASCII characters");
      }
      this.userAgentSuffix = suffix;
      return this;
    }

    /**
     * The longest that a call other than an upload or a download may take, its retries included: a
     * read of metadata, a small write, a page of a listing. Default: {@link #DEFAULT_CALL_TIMEOUT}.
     *
     * @throws InvalidRequestException if it is less than a millisecond, or more than a day
     */
    public Builder callTimeout(Duration timeout) {
      this.callTimeout = requireTimeout("callTimeout", timeout);
      return this;
    }

    /**
     * The longest that a connection may be silent while an answer, or more of it, is waited for;
     * what was silent for longer is tried again, if that is safe. A server that takes no more of
     * what is sent is given up after twice this. Default: {@link #DEFAULT_SILENCE_TIMEOUT}.
     *
     * @throws InvalidRequestException if it is less than a millisecond, or more than a day
     */
    public Builder silenceTimeout(Duration timeout) {
      this.silenceTimeout = requireTimeout("silenceTimeout", timeout);
      return this;
    }

    /**
     * The longest that the transfer of a file, or of a part of a large one, may take, its retries
     * included. Default: {@link #DEFAULT_TRANSFER_TIMEOUT}, in which 64 MiB arrive at 37 KiB/s. The
     * time in which a download is held back (its progress is being told) does not count.
     *
     * @throws InvalidRequestException if it is less than a millisecond, or more than a day
     */
    public Builder transferTimeout(Duration timeout) {
      this.transferTimeout = requireTimeout("transferTimeout", timeout);
      return this;
    }

    /** The options. */
    public StoreOptions build() {
      return new StoreOptions(this);
    }

    private static void checkAddress(String what, URI address, String example) {
      if (address.toString().indexOf('@') >= 0) {
        throw new InvalidRequestException(
            "expected "
                + what
                + " without credentials; they come from the AWS configuration or environment");
      }
      String scheme = address.getScheme();
      if (address.getHost() == null
          || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))) {
        throw new InvalidRequestException(
            "expected " + what + " such as " + example + ", found '" + address + "'");
      }
    }

    private static Duration requireTimeout(String name, Duration timeout) {
      if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
        throw new InvalidRequestException(
            "StoreOptions." + name + " must be from a millisecond to a day, found " + timeout);
      }
      return timeout;
    }
  }
}
