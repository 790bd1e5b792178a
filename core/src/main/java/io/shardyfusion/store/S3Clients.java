package io.shardyfusion.store;

import io.shardyfusion.ClosedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The two S3 clients of a store, over one pool of connections: one that repeats requests that
 * failed, and one that never does.
 *
 * <p>They are made on first use, as the search for a region and credentials may ask the machine's
 * metadata service. What S3-compatible servers tend not to know is off: chunked payload signing,
 * and checksums other than MD5.
 */
final class S3Clients implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(10);

  private static final Duration WAIT_FOR_CONNECTION = Duration.ofMinutes(2);
  private static final int CONNECTIONS = 64;

  /** With the SDK's backoff from 100 ms, with jitter: about three seconds at most. */
  private static final int ATTEMPTS = 6;

  private final StoreOptions options;
  private final @Nullable AwsCredentialsProvider givenCredentials;
  private @Nullable Opened opened;
  private boolean closed;

  /**
   * Clients that are not made yet.
   *
   * @param credentials null for those of the options' profile, or of the standard chain
   */
  S3Clients(StoreOptions options, @Nullable AwsCredentialsProvider credentials) {
    this.options = options;
    this.givenCredentials = credentials;
  }

  private record Opened(
      SdkHttpClient connections,
      AwsCredentialsProvider credentials,
      S3Client retrying,
      S3Client once) {}

  /** The client that repeats what failed, where that may help. */
  S3Client retrying() {
    return opened().retrying();
  }

  /** The client that makes each request once. */
  S3Client once() {
    return opened().once();
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
      open.once().close();
      open.connections().close();
      if (givenCredentials == null && open.credentials() instanceof SdkAutoCloseable own) {
        own.close();
      }
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
    AwsCredentialsProvider credentials = credentials();
    SdkHttpClient connections =
        Apache5HttpClient.builder()
            .connectionTimeout(CONNECT)
            .socketTimeout(options.silenceTimeout())
            .connectionAcquisitionTimeout(WAIT_FOR_CONNECTION)
            .maxConnections(CONNECTIONS)
            .build();
    try {
      RetryStrategy retries =
          AwsRetryStrategy.standardRetryStrategy().toBuilder().maxAttempts(ATTEMPTS).build();
      S3Client retrying = client(connections, credentials, retries);
      S3Client once = client(connections, credentials, AwsRetryStrategy.doNotRetry());
      return new Opened(connections, credentials, retrying, once);
    } catch (RuntimeException e) {
      connections.close();
      throw e;
    }
  }

  private S3Client client(
      SdkHttpClient connections, AwsCredentialsProvider credentials, RetryStrategy retries) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(connections)
            .credentialsProvider(credentials)
            .forcePathStyle(options.s3PathStyle())
            .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .addPlugin(LegacyMd5Plugin.create())
            .overrideConfiguration(
                configuration -> {
                  configuration.retryStrategy(retries);
                  if (options.s3Profile() != null) {
                    configuration.defaultProfileName(options.s3Profile());
                  }
                });
    if (options.s3Endpoint() != null) {
      builder.endpointOverride(options.s3Endpoint());
    }
    Region region = region();
    if (region != null) {
      builder.region(region);
    }
    return builder.build();
  }

  private AwsCredentialsProvider credentials() {
    if (givenCredentials != null) {
      return givenCredentials;
    }
    return options.s3Profile() == null
        ? DefaultCredentialsProvider.builder().build()
        : ProfileCredentialsProvider.create(options.s3Profile());
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
              new SystemSettingsRegionProvider(),
              new AwsProfileRegionProvider(null, options.s3Profile()))
          .getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }
}
