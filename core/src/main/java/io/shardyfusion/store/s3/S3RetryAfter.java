package io.shardyfusion.store.s3;

import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Keeps a server from asking for a long wait: the SDK takes any {@code Retry-After} for an order,
 * also the hour of a maintenance page. Thread-safe.
 */
final class S3RetryAfter implements ExecutionInterceptor {

  /** In seconds; all retries of a call are to fit into its time. */
  private static final int MAX_SECONDS = 5;

  private static final String HEADER = "Retry-After";

  @Override
  public SdkHttpResponse modifyHttpResponse(
      Context.ModifyHttpResponse received, ExecutionAttributes attributes) {
    SdkHttpResponse response = received.httpResponse();
    Optional<String> asked = response.firstMatchingHeader(HEADER);
    return asked.isEmpty() || asked.get().matches("[0-5]")
        ? response
        : response.toBuilder().putHeader(HEADER, String.valueOf(MAX_SECONDS)).build();
  }
}
