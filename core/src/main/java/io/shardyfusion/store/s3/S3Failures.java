package io.shardyfusion.store.s3;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.ClosedException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.machine.OpenFileLimit;
import io.shardyfusion.store.StoreOptions;
import java.math.BigDecimal;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.services.sts.model.StsException;

/**
 * Tells what a failure of S3 means, and what to do about it. Never repeats credentials: what the
 * SDK and S3 say holds none.
 */
final class S3Failures {

  private static final Set<String> WRONG_CREDENTIALS =
      Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "InvalidClientTokenId");
  private static final Set<String> EXPIRED =
      Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired");
  private static final Set<String> WRONG_REGION =
      Set.of(
          "PermanentRedirect",
          "TemporaryRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException");

  private static final int TOO_MANY_REQUESTS = 429;

  private final S3Location location;
  private final StoreOptions options;

  S3Failures(S3Location location, StoreOptions options) {
    this.location = location;
    this.options = options;
  }

  /**
   * The exception for {@code e}.
   *
   * @param action what failed, such as {@code read s3://bucket/key}
   */
  ShardyfusionException explained(String action, RuntimeException e) {
    ShardyfusionException ours = find(e, ShardyfusionException.class);
    return ours != null ? ours : new StorageException(message(action, e), e);
  }

  /**
   * The exception for a conditional write that was made once and gave {@code e}: {@link
   * AmbiguousWriteException} unless it certainly had no effect.
   */
  ShardyfusionException explainedWrite(String action, RuntimeException e) {
    if (e instanceof ClosedException || certainlyWithoutEffect(e)) {
      return explained(action, e);
    }
    return new AmbiguousWriteException(
        message(action, e) + ". Whether it was written is unknown: read the object again", e);
  }

  /**
   * Returns whether a request that failed with {@code e} certainly had no effect, and may succeed
   * if it is made again: it did not reach the server, or the server wants it later, or with another
   * time.
   */
  static boolean refusedForAMoment(Throwable e) {
    if (e instanceof AwsServiceException answer) {
      return answer.statusCode() == TOO_MANY_REQUESTS || RetryUtils.isClockSkewException(answer);
    }
    return notConnected(e) || find(e, UnknownHostException.class) != null;
  }

  private static boolean notConnected(Throwable e) {
    return find(e, ConnectException.class) != null
        || find(e, ConnectTimeoutException.class) != null
        || find(e, ConnectionRequestTimeoutException.class) != null;
  }

  /** Returns whether the server asks for fewer requests. */
  static boolean throttled(Throwable e) {
    return e instanceof SdkException failure && RetryUtils.isThrottlingException(failure);
  }

  private static boolean certainlyWithoutEffect(RuntimeException e) {
    if (e instanceof AwsServiceException answer) {
      // 408 and 5xx may come from a proxy that gave up while the store went on; 501 is a refusal.
      int status = answer.statusCode();
      return status == 501 || (status >= 300 && status < 500 && status != 408);
    }
    return notConnected(e)
        || find(e, UnknownHostException.class) != null
        || missingSetting(e) != null;
  }

  private String message(String action, RuntimeException e) {
    return "could not " + action + " at " + endpoint() + ": " + reason(e);
  }

  private String endpoint() {
    URI endpoint = options.s3Endpoint();
    if (endpoint != null) {
      return endpoint.toString();
    }
    return options.s3Region() == null ? "S3" : "S3 in " + options.s3Region();
  }

  private String reason(RuntimeException e) {
    if (e instanceof AwsServiceException answer) {
      return answered(answer);
    }
    String limit = OpenFileLimit.reason(e);
    if (limit != null) {
      return limit + " (" + root(e) + ")";
    }
    boolean interrupted = Thread.currentThread().isInterrupted();
    if (e instanceof ApiCallTimeoutException || (e instanceof AbortedException && !interrupted)) {
      return "not done within "
          + shown(options.callTimeout())
          + ", or "
          + shown(options.transferTimeout())
          + " for an upload; check the network and the server, or give it more time"
          + " with StoreOptions.callTimeout or StoreOptions.transferTimeout";
    }
    if (interrupted) {
      return "the thread was interrupted";
    }
    String missing = missingSetting(e);
    if (missing != null) {
      return missing;
    }
    if (find(e, UnknownHostException.class) != null) {
      return "unknown host; check the endpoint, the region and the name service (" + root(e) + ")";
    }
    if (notConnected(e)) {
      return "no connection; check the endpoint, and that the server runs (" + root(e) + ")";
    }
    if (find(e, SSLException.class) != null) {
      return "no secure connection; check http or https in the endpoint, and the server's"
          + (" certificate (" + root(e) + ")");
    }
    if (find(e, SocketTimeoutException.class) != null) {
      return "no answer for "
          + shown(options.silenceTimeout())
          + ", after retries where these are safe; check the network and the server, or give it"
          + (" more time with StoreOptions.silenceTimeout (" + root(e) + ")");
    }
    return root(e);
  }

  private static @Nullable String missingSetting(RuntimeException e) {
    String text = e instanceof SdkClientException ? String.valueOf(e.getMessage()) : "";
    if (text.contains("Unable to load credentials")) {
      return "no credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a"
          + " profile with S3Credentials.profile, or give the machine a role";
    }
    if (text.contains("Unable to load region")) {
      return "no region found; name it with StoreOptions.s3Region, or set AWS_REGION";
    }
    if (text.contains("rofile file contained no credentials")) {
      return "no credentials found for the named profile; check its name and ~/.aws/credentials";
    }
    return null;
  }

  private String answered(AwsServiceException e) {
    String code =
        e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
    return advice(e, code)
        + " ("
        + (code.isEmpty() || code.equals("null") ? "" : code + ", ")
        + "HTTP "
        + e.statusCode()
        + (e.requestId() == null ? "" : ", request id " + e.requestId())
        + ")";
  }

  private String advice(AwsServiceException e, String code) {
    int status = e.statusCode();
    if (e instanceof StsException) {
      return "the role could not be assumed; check its name, its trust policy and external id, and"
          + " the credentials that assume it: "
          + message(e);
    }
    if (code.equals("NoSuchBucket")) {
      return "the bucket '"
          + location.bucket()
          + "' does not exist; create it, or check its name,"
          + " the endpoint and the region";
    }
    if (WRONG_CREDENTIALS.contains(code)) {
      return "the credentials were not accepted; check the access key and its secret, and that"
          + " they belong to this endpoint";
    }
    if (EXPIRED.contains(code)) {
      return "the credentials have expired; renew them";
    }
    if (code.equals("RequestTimeTooSkewed")) {
      return "this machine's clock differs too much from the server's; set it";
    }
    if (WRONG_REGION.contains(code) || status == 301 || status == 307) {
      return "the bucket '"
          + location.bucket()
          + "' is in another region; name it with StoreOptions.s3Region";
    }
    if (status == 401 || status == 403) {
      return "access denied; check that the credentials may do this in the bucket '"
          + location.bucket()
          + "' (S3 answers so too for a missing object where s3:ListBucket is not granted)";
    }
    if (status == 501) {
      return "the server does not know such requests; conditional writes (If-Match, If-None-Match)"
          + " are required, checksums are not (StoreOptions.s3Checksums(false)), nor are tags, a storage class,"
          + " encryption and requester pays";
    }
    if (status == 429 || status == 503) {
      return "the server is busy, and was so after retries too; try again later";
    }
    if (status >= 500) {
      return "the server failed, after retries where these are safe; try again later";
    }
    return "the request was refused: "
        + message(e)
        + (options.s3Endpoint() != null && options.s3Checksums() && status == 400
            ? "; a server that does not know checksums needs StoreOptions.s3Checksums(false)"
            : "");
  }

  /** The server's message; the answer to a HEAD has none. */
  private static String message(AwsServiceException e) {
    String message = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorMessage();
    return message == null ? "no reason given" : message;
  }

  /** A time, for messages: {@code 0.5 s}. */
  static String shown(Duration duration) {
    return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
  }

  private static <T> @Nullable T find(Throwable e, Class<T> type) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
    }
    return null;
  }

  private static String root(Throwable e) {
    Throwable at = e;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at.getClass().getSimpleName() + ": " + at.getMessage();
  }
}
