package io.shardyfusion.store;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to reach an S3-compatible store, and how long to wait for it. Credentials are not among them:
 * they come from the standard AWS chain, or the named profile. Immutable, with value equality; a
 * local store needs none of them.
 */
public final class StoreOptions implements Serializable {

  /** The longest call but a transfer, where no other is chosen: a minute. */
  public static final Duration DEFAULT_CALL_TIMEOUT = Duration.ofSeconds(60);

  /** The longest silence of a connection, where no other is chosen: 30 seconds. */
  public static final Duration DEFAULT_SILENCE_TIMEOUT = Duration.ofSeconds(30);

  /** The longest of either: what the S3 client takes. */
  private static final Duration MAX_TIMEOUT = Duration.ofDays(1);

  private static final long serialVersionUID = 1L;

  private final @Nullable URI s3Endpoint;
  private final @Nullable String s3Region;
  private final boolean s3PathStyle;
  private final @Nullable String s3Profile;
  private final Duration callTimeout;
  private final Duration silenceTimeout;

  private StoreOptions(Builder builder) {
    s3Endpoint = builder.s3Endpoint;
    s3Region = builder.s3Region;
    s3PathStyle = builder.s3PathStyle;
    s3Profile = builder.s3Profile;
    callTimeout = builder.callTimeout;
    silenceTimeout = builder.silenceTimeout;
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
    builder.s3Profile = s3Profile;
    builder.callTimeout = callTimeout;
    builder.silenceTimeout = silenceTimeout;
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

  /** Whether the bucket is part of the path instead of the host name. */
  public boolean s3PathStyle() {
    return s3PathStyle;
  }

  /** The profile of the AWS configuration, or null for the standard chain. */
  public @Nullable String s3Profile() {
    return s3Profile;
  }

  /** The longest that a call other than an upload or a download takes, retries included. */
  public Duration callTimeout() {
    return callTimeout;
  }

  /** The longest that a connection may be silent in the middle of a request. */
  public Duration silenceTimeout() {
    return silenceTimeout;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StoreOptions that
        && Objects.equals(s3Endpoint, that.s3Endpoint)
        && Objects.equals(s3Region, that.s3Region)
        && s3PathStyle == that.s3PathStyle
        && Objects.equals(s3Profile, that.s3Profile)
        && callTimeout.equals(that.callTimeout)
        && silenceTimeout.equals(that.silenceTimeout);
  }

  @Override
  public int hashCode() {
    return Objects.hash(s3Endpoint, s3Region, s3PathStyle, s3Profile, callTimeout, silenceTimeout);
  }

  /** All options; none of them is secret. */
  @Override
  public String toString() {
    return "StoreOptions[s3Endpoint="
        + s3Endpoint
        + ", s3Region="
        + s3Region
        + ", s3PathStyle="
        + s3PathStyle
        + ", s3Profile="
        + s3Profile
        + ", callTimeout="
        + callTimeout
        + ", silenceTimeout="
        + silenceTimeout
        + "]";
  }

  /** Builds {@link StoreOptions}. Not thread-safe. */
  public static final class Builder {

    private @Nullable URI s3Endpoint;
    private @Nullable String s3Region;
    private boolean s3PathStyle;
    private @Nullable String s3Profile;
    private Duration callTimeout = DEFAULT_CALL_TIMEOUT;
    private Duration silenceTimeout = DEFAULT_SILENCE_TIMEOUT;

    private Builder() {}

    /**
     * The address of an S3-compatible server, {@code http} or {@code https} with a host. Default,
     * and null: that of the AWS configuration.
     *
     * @throws InvalidRequestException if it is no server's address, or has credentials in it
     */
    public Builder s3Endpoint(@Nullable URI endpoint) {
      if (endpoint != null) {
        checkEndpoint(endpoint);
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
      requireName("region", region);
      this.s3Region = region;
      return this;
    }

    /** Whether the bucket is part of the path instead of the host name. Default: it is not. */
    public Builder s3PathStyle(boolean pathStyle) {
      this.s3PathStyle = pathStyle;
      return this;
    }

    /**
     * The profile of the AWS configuration. Default, and null: the standard chain.
     *
     * @throws InvalidRequestException if it is blank
     */
    public Builder s3Profile(@Nullable String profile) {
      requireName("profile", profile);
      this.s3Profile = profile;
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
     * The longest that a connection may be silent in the middle of a request; what was silent for
     * longer is tried again, if that is safe. Default: {@link #DEFAULT_SILENCE_TIMEOUT}.
     *
     * @throws InvalidRequestException if it is less than a millisecond, or more than a day
     */
    public Builder silenceTimeout(Duration timeout) {
      this.silenceTimeout = requireTimeout("silenceTimeout", timeout);
      return this;
    }

    /** The options. */
    public StoreOptions build() {
      return new StoreOptions(this);
    }

    private static void checkEndpoint(URI endpoint) {
      if (endpoint.getRawUserInfo() != null) {
        throw new InvalidRequestException(
            "expected an S3 endpoint without credentials; they come from the AWS configuration or"
                + " environment");
      }
      String scheme = endpoint.getScheme();
      if (endpoint.getHost() == null
          || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))) {
        throw new InvalidRequestException(
            "expected an S3 endpoint such as https://host:port, found '" + endpoint + "'");
      }
    }

    private static void requireName(String what, @Nullable String name) {
      if (name != null && name.isBlank()) {
        throw new InvalidRequestException("expected the name of an S3 " + what + ", found a blank");
      }
    }

    private static Duration requireTimeout(String name, Duration timeout) {
      if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
        throw new InvalidRequestException(
            name + " must be from a millisecond to a day, found " + timeout);
      }
      return timeout;
    }
  }
}
