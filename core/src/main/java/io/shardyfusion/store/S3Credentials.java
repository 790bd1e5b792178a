package io.shardyfusion.store;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** The source of the credentials for S3. Immutable values; none of them shows a secret. */
public sealed interface S3Credentials extends Serializable {

  /** The standard AWS chain. */
  static S3Credentials chain() {
    return new Chain();
  }

  /**
   * A profile of the AWS configuration.
   *
   * @throws InvalidRequestException if the name is blank
   */
  static S3Credentials profile(String name) {
    return new Profile(name);
  }

  /**
   * An access key and its secret.
   *
   * @throws InvalidRequestException if one is blank
   */
  static S3Credentials keys(String accessKeyId, String secretAccessKey) {
    return new Keys(accessKeyId, secretAccessKey, null);
  }

  /**
   * The standard AWS chain: system properties ({@code aws.accessKeyId}), environment ({@code
   * AWS_ACCESS_KEY_ID}), web identity token, default profile, container, instance metadata. What
   * expires is renewed.
   */
  record Chain() implements S3Credentials {}

  /**
   * A profile of the AWS configuration, {@code ~/.aws/config} and {@code ~/.aws/credentials}.
   *
   * @param name not blank
   */
  record Profile(String name) implements S3Credentials {

    /** Checks the name. */
    public Profile {
      requireText("the name of an S3 profile", name);
    }
  }

  /**
   * An access key and its secret, as they are. They travel with whatever holds these options, a
   * Flink job's graph for one: where that can be, prefer the chain.
   *
   * @param accessKeyId not blank
   * @param secretAccessKey not blank; shown nowhere
   * @param sessionToken of temporary credentials, or null; shown nowhere
   */
  record Keys(String accessKeyId, String secretAccessKey, @Nullable String sessionToken)
      implements S3Credentials {

    /** Checks that nothing is blank. */
    public Keys {
      requireText("an S3 access key", accessKeyId);
      requireText("the secret of an S3 access key", secretAccessKey);
      if (sessionToken != null) {
        requireText("an S3 session token", sessionToken);
      }
    }

    /** The access key, without the secrets. */
    @Override
    public String toString() {
      return "Keys[accessKeyId=" + accessKeyId + "]";
    }
  }

  /**
   * A role that is assumed by AWS' security token service, and renewed before it expires.
   *
   * @param arn the role's name, {@code arn:aws:iam::123456789012:role/name}
   * @param externalId what the role's trust policy asks for, or null; shown nowhere
   * @param base who assumes it; no role itself
   */
  record Role(String arn, @Nullable String externalId, S3Credentials base)
      implements S3Credentials {

    /** Checks the role's name. */
    public Role {
      if (!arn.startsWith("arn:") || !arn.contains(":role/")) {
        throw new InvalidRequestException(
            "expected a role such as arn:aws:iam::123456789012:role/name, found '" + arn + "'");
      }
      if (externalId != null) {
        requireText("the external id of an S3 role", externalId);
      }
      if (base instanceof Role) {
        throw new InvalidRequestException(
            "a role is assumed with the credentials of no other role: chain roles in a profile");
      }
    }

    @Override
    public String toString() {
      return "Role[arn=" + arn + ", base=" + base + "]";
    }
  }

  private static void requireText(String what, String text) {
    if (text.isBlank()) {
      throw new InvalidRequestException("expected " + what + ", found a blank");
    }
  }
}
