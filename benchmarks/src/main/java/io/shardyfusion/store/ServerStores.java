package io.shardyfusion.store;

import io.shardyfusion.testing.S3Server;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Object stores on a local S3 server, by its credentials rather than the environment's. */
public final class ServerStores {

  private ServerStores() {}

  /** A store on the server's bucket, below {@code prefix}. The caller closes it. */
  public static ObjectStore open(S3Server server, String prefix) {
    return new S3ObjectStore(
        new S3Location(server.bucket(), prefix),
        StoreOptions.builder()
            .s3Endpoint(server.endpoint())
            .s3Region(server.region())
            .s3PathStyle(true)
            .build(),
        StaticCredentialsProvider.create(
            AwsBasicCredentials.create(server.accessKey(), server.secretKey())));
  }
}
