package io.shardyfusion.store.s3;

import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** The provider of a store's credentials, with what it needs. */
final class S3Identity implements AutoCloseable {

  private static final String SESSION = "shardyfusion";

  /** Closed last to first. */
  private final Deque<SdkAutoCloseable> owned = new ArrayDeque<>();

  private final AwsCredentialsProvider provider;

  private S3Identity(StoreOptions options, SdkHttpClient connections) {
    this.provider = provider(options.s3Credentials(), options, connections);
  }

  /**
   * The identity that the options choose; asks nothing yet.
   *
   * @param connections for requests to the security token service; not owned
   */
  static S3Identity of(StoreOptions options, SdkHttpClient connections) {
    return new S3Identity(options, connections);
  }

  /** The profile that the credentials are of, or null. */
  static @Nullable String profile(S3Credentials credentials) {
    if (credentials instanceof S3Credentials.Profile profile) {
      return profile.name();
    }
    return credentials instanceof S3Credentials.Role role ? profile(role.base()) : null;
  }

  AwsCredentialsProvider provider() {
    return provider;
  }

  private AwsCredentialsProvider provider(
      S3Credentials credentials, StoreOptions options, SdkHttpClient connections) {
    if (credentials instanceof S3Credentials.Keys keys) {
      return StaticCredentialsProvider.create(
          keys.sessionToken() == null
              ? AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey())
              : AwsSessionCredentials.create(
                  keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken()));
    }
    if (credentials instanceof S3Credentials.Profile profile) {
      ProfileCredentialsProvider own = ProfileCredentialsProvider.create(profile.name());
      owned.push(own);
      return own;
    }
    if (credentials instanceof S3Credentials.Role role) {
      StsClientBuilder builder =
          StsClient.builder()
              .httpClient(connections)
              .overrideConfiguration(
                  c -> {
                    c.apiCallTimeout(options.callTimeout());
                    if (profile(role.base()) != null) {
                      c.defaultProfileName(profile(role.base()));
                    }
                  })
              .credentialsProvider(provider(role.base(), options, connections));
      if (options.s3Region() != null) {
        builder.region(Region.of(options.s3Region()));
      }
      StsClient service = builder.build();
      owned.push(service);
      StsAssumeRoleCredentialsProvider own =
          StsAssumeRoleCredentialsProvider.builder()
              .stsClient(service)
              .refreshRequest(
                  r -> r.roleArn(role.arn()).externalId(role.externalId()).roleSessionName(SESSION))
              .build();
      owned.push(own);
      return own;
    }
    DefaultCredentialsProvider own = DefaultCredentialsProvider.builder().build();
    owned.push(own);
    return own;
  }

  @Override
  public void close() {
    while (!owned.isEmpty()) {
      owned.pop().close();
    }
  }
}
