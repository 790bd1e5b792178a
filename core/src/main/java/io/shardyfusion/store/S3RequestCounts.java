package io.shardyfusion.store;

import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Counts the requests of a store as they are sent: repeated ones, parts and pages too. Thread-safe.
 */
final class S3RequestCounts implements ExecutionInterceptor {

  private final LongAdder puts = new LongAdder();
  private final LongAdder gets = new LongAdder();

  @Override
  public void beforeTransmission(Context.BeforeTransmission sent, ExecutionAttributes attributes) {
    switch (sent.httpRequest().method()) {
      case GET, HEAD -> gets.increment();
      case DELETE -> {} // Free of charge, with the end of a multipart upload.
      case POST -> {
        // What begins and completes a multipart upload; ?delete is a deletion.
        if (!sent.httpRequest().rawQueryParameters().containsKey("delete")) {
          puts.increment();
        }
      }
      default -> puts.increment();
    }
  }

  /** The number of requests that write. */
  long puts() {
    return puts.sum();
  }

  /** The number of requests that read or list. */
  long gets() {
    return gets.sum();
  }
}
