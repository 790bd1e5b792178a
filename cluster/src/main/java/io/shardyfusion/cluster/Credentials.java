package io.shardyfusion.cluster;

import java.util.Map;

/** Those of the S3 server, which listens on 127.0.0.1 only: no secret, as in docker-compose.yml. */
final class Credentials {

  static final String ACCESS_KEY = "shardyfusion";
  static final String SECRET_KEY = "shardyfusion-secret";
  static final String REGION = "us-east-1";

  private Credentials() {}

  /**
   * Variables for whoever uses the S3 server: Flink's plugin, and the job. Empty ones are unset.
   */
  static Map<String, String> environment() {
    return Map.of(
        "AWS_ACCESS_KEY_ID", ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY", SECRET_KEY,
        "AWS_REGION", REGION,
        "AWS_SESSION_TOKEN", "",
        "AWS_PROFILE", "");
  }

  /** Variables for the S3 server. */
  static Map<String, String> ofServer() {
    return Map.of("S3PROXY_IDENTITY", ACCESS_KEY, "S3PROXY_CREDENTIAL", SECRET_KEY);
  }
}
