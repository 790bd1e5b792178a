package io.shardyfusion.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.store.ObjectKeys;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The proof that a store honours conditions of writes: an object of its own is written below the
 * store's root, a second write of it that must be refused is, and it is deleted again. Thread-safe.
 */
final class S3ConditionProof {

  private static final Logger LOG = LoggerFactory.getLogger(S3ConditionProof.class);

  private static final String NO_SUCH_TAG = "\"00000000000000000000000000000000\"";
  private static final int NOT_IMPLEMENTED = 501;
  private static final byte[] PROBE = "conditional writes?\n".getBytes(UTF_8);

  private final S3Location location;
  private final S3Clients clients;
  private final S3Requests requests;
  private final S3Failures failures;

  S3ConditionProof(
      S3Location location, S3Clients clients, S3Requests requests, S3Failures failures) {
    this.location = location;
    this.clients = clients;
    this.requests = requests;
    this.failures = failures;
  }

  /** Describes how this store fails to honour the condition, or returns null if it honours it. */
  @Nullable String flaw(boolean absent) {
    String key = location.absolute(ObjectKeys.RESERVED + "/probe-" + UUID.randomUUID());
    PutObjectRequest.Builder request = requests.put(key, PROBE);
    boolean written = false;
    try {
      put(request.build());
      written = true;
      put((absent ? request.ifNoneMatch("*") : request.ifMatch(NO_SUCH_TAG)).build());
      return "the server ignores " + (absent ? "If-None-Match" : "If-Match");
    } catch (S3Exception e) {
      if (written && S3ConditionalPut.conflict(e)) {
        return null;
      }
      if (written && e.statusCode() == NOT_IMPLEMENTED) {
        return "the server does not know " + (absent ? "If-None-Match" : "If-Match");
      }
      throw explained(key, e);
    } catch (RuntimeException e) {
      throw explained(key, e);
    } finally {
      if (written) {
        discard(key);
      }
    }
  }

  private void put(PutObjectRequest request) {
    clients.retrying().putObject(request, RequestBody.fromBytes(PROBE));
  }

  private ShardyfusionException explained(String key, RuntimeException e) {
    return failures.explained(
        "find out whether conditional writes work, with s3://" + location.bucket() + "/" + key, e);
  }

  private void discard(String key) {
    try {
      clients.retrying().deleteObject(requests.delete(key));
    } catch (RuntimeException e) {
      LOG.warn(
          "event=probe_not_deleted object=s3://{}/{}: it may be deleted by hand. {}",
          location.bucket(),
          key,
          e.toString());
    }
  }
}
