package io.shardyfusion.store.s3;

import static software.amazon.awssdk.core.client.config.SdkAdvancedClientOption.USER_AGENT_SUFFIX;

import io.shardyfusion.ClosedException;
import io.shardyfusion.SoftwareVersion;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.surroundings.GivenText;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * The S3 clients of a store, over one pool of connections: one that repeats requests that failed,
 * one that does so only where they certainly had no effect, and one that does as much, and signs as
 * Google asks for.
 *
 * <p>They are made on first use, as the search for a region and credentials may ask the machine's
 * metadata service.
 */
final class S3Clients implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(10);

  private static final Duration WAIT_FOR_CONNECTION = Duration.ofMinutes(2);

  /** The most files that travel at once: the downloads of a reader. */
  private static final int FILES = 64;

  /** For small calls, which are to find a connection whatever else travels. */
  private static final int SPARE_CONNECTIONS = 64;

  /**
   * With the SDK's backoff, exponential with full jitter: from 100 ms, about three seconds in all
   * at most; where the server asks for less (429, 503 SlowDown) from a second, up to half a minute.
   * A server's Retry-After is waited for, {@linkplain S3RetryAfter within bounds}.
   */
  private static final int ATTEMPTS = 6;

  private final StoreOptions options;
  private final ExecutionInterceptor requests;
  private @Nullable Opened opened;
  private boolean closed;

  /**
   * Clients that are not made yet.
   *
   * @param requests sees each request that is sent
   */
  S3Clients(StoreOptions options, ExecutionInterceptor requests) {
    this.options = options;
    this.requests = requests;
  }

  private record Opened(
      SdkHttpClient connections,
      S3Identity credentials,
      S3Client retrying,
      S3Client atMostOnce,
      S3Client google) {}

  /** The client that repeats what failed, where that may help. */
  S3Client retrying() {
    return opened().retrying();
  }

  /**
   * The client whose requests take effect once at most: it repeats what was refused for a moment,
   * and what did not reach the server.
   */
  S3Client atMostOnce() {
    return opened().atMostOnce();
  }

  /** Like {@link #atMostOnce()}, with requests signed for Google Cloud Storage. */
  S3Client google() {
    return opened().google();
  }

  /** The address that the options or the AWS configuration give, or null for AWS itself. */
  @Nullable URI endpoint() {
    return options.s3Endpoint() != null
        ? options.s3Endpoint()
        : retrying().serviceClientConfiguration().endpointOverride().orElse(null);
  }

  synchronized boolean closed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    Opened open = opened;
    opened = null;
    if (open != null) {
      open.retrying().close();
      open.atMostOnce().close();
      open.google().close();
      open.credentials().close();
      open.connections().close();
    }
  }

  private synchronized Opened opened() {
    if (closed) {
      throw new ClosedException("the object store is closed");
    }
    if (opened == null) {
      opened = open();
    }
    return opened;
  }

  private Opened open() {
    SdkHttpClient connections = connections();
    S3Identity credentials = null;
    try {
      credentials = S3Identity.of(options, connections);
      // The deadline of a call bounds its retries: there is no second bound for all of a store.
      RetryStrategy retries =
          AwsRetryStrategy.standardRetryStrategy().toBuilder()
              .maxAttempts(ATTEMPTS)
              .circuitBreakerEnabled(false)
              .build();
      AwsCredentialsProvider provider = credentials.provider();
      S3Client retrying = client(connections, provider, retries).build();
      RetryStrategy careful =
          DefaultRetryStrategy.standardStrategyBuilder()
              .maxAttempts(ATTEMPTS)
              .circuitBreakerEnabled(false)
              .useClientDefaults(false)
              .retryOnException(S3Failures::refusedForAMoment)
              .treatAsThrottling(S3Failures::throttled)
              .build();
      S3Client atMostOnce = client(connections, provider, careful).build();
      S3Client google =
          client(connections, provider, careful)
              .putAuthScheme(new GoogleAuthScheme())
              .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
              .build();
      return new Opened(connections, credentials, retrying, atMostOnce, google);
    } catch (RuntimeException e) {
      if (credentials != null) {
        credentials.close();
      }
      connections.close();
      throw e;
    }
  }

  private SdkHttpClient connections() {
    Apache5HttpClient.Builder builder =
        Apache5HttpClient.builder()
            .connectionTimeout(CONNECT)
            .socketTimeout(options.silenceTimeout())
            .connectionAcquisitionTimeout(WAIT_FOR_CONNECTION)
            .maxConnections(FILES * (1 + options.s3Transfers().parallelism()) + SPARE_CONNECTIONS)
            .proxyConfiguration(S3Proxy.of(options, GivenText::variable));
    Path trusted = options.s3TrustedCertificates();
    if (trusted != null) {
      TrustManager[] trust = S3Trust.in(trusted);
      builder.tlsTrustManagersProvider(() -> trust);
    }
    // Twice, as the client itself waits that long for the answer to a body that was taken.
    return new S3WriteTimeout(builder.build(), options.silenceTimeout().multipliedBy(2));
  }

  private S3ClientBuilder client(
      SdkHttpClient connections, AwsCredentialsProvider credentials, RetryStrategy retries) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(connections)
            .credentialsProvider(credentials)
            .forcePathStyle(options.s3PathStyle())
            // Signing a body piece by piece is what S3-compatible servers tend not to know.
            .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
            .requestChecksumCalculation(
                options.s3Checksums()
                    ? RequestChecksumCalculation.WHEN_SUPPORTED
                    : RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(
                options.s3Checksums()
                    ? ResponseChecksumValidation.WHEN_SUPPORTED
                    : ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                configuration -> {
                  configuration.retryStrategy(retries);
                  configuration.addExecutionInterceptor(requests);
                  configuration.addExecutionInterceptor(new S3RetryAfter());
                  configuration.putAdvancedOption(USER_AGENT_SUFFIX, userAgent());
                  if (profile() != null) {
                    configuration.defaultProfileName(profile());
                  }
                });
    if (!options.s3Checksums()) {
      builder.addPlugin(LegacyMd5Plugin.create());
    }
    if (options.s3Endpoint() != null) {
      builder.endpointOverride(options.s3Endpoint());
    }
    Region region = region();
    if (region != null) {
      builder.region(region);
    }
    return builder;
  }

  private String userAgent() {
    String own = "shardyfusion/" + SoftwareVersion.current();
    return options.userAgentSuffix() == null ? own : own + " " + options.userAgentSuffix();
  }

  private @Nullable String profile() {
    return S3Identity.profile(options.s3Credentials());
  }

  /** The region to sign for, or null to leave the search to the SDK. */
  private @Nullable Region region() {
    if (options.s3Region() != null) {
      return Region.of(options.s3Region());
    }
    if (options.s3Endpoint() == null) {
      return null;
    }
    // Such a server rarely cares, so that it is not worth asking a metadata service.
    try {
      return new AwsRegionProviderChain(
              new SystemSettingsRegionProvider(), new AwsProfileRegionProvider(null, profile()))
          .getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }
}
