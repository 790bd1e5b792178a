package io.shardyfusion.store;

import io.shardyfusion.InvalidRequestException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** The encryption that S3 is asked for. Immutable values. */
public sealed interface S3Encryption extends Serializable {

  /** With keys of the bucket's own (SSE-S3, {@code AES256}). */
  record Managed() implements S3Encryption {}

  /**
   * With a key of the key management service (SSE-KMS, {@code aws:kms}).
   *
   * @param keyId the key's id, alias or ARN, or null for the account's default key
   */
  record Kms(@Nullable String keyId) implements S3Encryption {

    /** Checks that the key's id is not blank. */
    public Kms {
      if (keyId != null && keyId.isBlank()) {
        throw new InvalidRequestException("expected the id of a KMS key, found a blank");
      }
    }
  }

  /**
   * The encryption that {@code text} names: {@code s3}, {@code kms}, or {@code kms:KEY}.
   *
   * @throws InvalidRequestException if it is none of them
   */
  static S3Encryption of(String text) {
    if (text.equals("s3")) {
      return new Managed();
    }
    if (text.equals("kms")) {
      return new Kms(null);
    }
    if (text.startsWith("kms:")) {
      return new Kms(text.substring("kms:".length()));
    }
    throw new InvalidRequestException(
        "unknown S3 encryption '" + text + "'; expected s3, kms or kms:KEY");
  }
}
