package io.shardyfusion.store.s3;

import io.shardyfusion.store.RequestMeter;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Counts the requests of an S3 client. */
final class S3RequestCounts implements ExecutionInterceptor, RequestMeter {

  private final LongAdder puts = new LongAdder();
  private final LongAdder gets = new LongAdder();

  @Override
  public void beforeTransmission(Context.BeforeTransmission sent, ExecutionAttributes attributes) {
    switch (sent.httpRequest().method()) {
      case GET, HEAD -> gets.increment();
      case DELETE -> {} // Free of charge, with the end of a multipart upload.
      case POST -> {
        // A POST begins or completes a multipart upload; with ?delete it is a deletion.
        if (!sent.httpRequest().rawQueryParameters().containsKey("delete")) {
          puts.increment();
        }
      }
      default -> puts.increment();
    }
  }

  @Override
  public long puts() {
    return puts.sum();
  }

  @Override
  public long gets() {
    return gets.sum();
  }
}
