package io.shardyfusion.store.s3;

import io.shardyfusion.lifecycle.WorkerThreads;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * An HTTP client that also gives up a request whose body the server does not take any more, or
 * whose thread is interrupted. A write to a socket that blocks knows neither timeout nor interrupt,
 * so that a thread looks after it, and ends the connection.
 */
final class S3WriteTimeout implements SdkHttpClient {

  private static final long MAX_LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final SdkHttpClient client;
  private final long nanos;
  private final ScheduledThreadPoolExecutor watch;
  private final List<Thread> made = new CopyOnWriteArrayList<>();

  /**
   * Around {@code client}, which it closes.
   *
   * @param timeout after which a body of which nothing was taken, and which was not answered, is
   *     given up; longer than the client waits for an answer
   */
  S3WriteTimeout(SdkHttpClient client, Duration timeout) {
    this.client = client;
    this.nanos = timeout.toNanos();
    ThreadFactory threads = WorkerThreads.named("write-timeout");
    watch =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = threads.newThread(task);
              made.add(thread);
              return thread;
            });
    watch.setRemoveOnCancelPolicy(true);
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    ContentStreamProvider body = request.contentStreamProvider().orElse(null);
    return body == null ? client.prepareRequest(request) : new Watched(request, body);
  }

  @Override
  public String clientName() {
    return client.clientName();
  }

  @Override
  public void close() {
    watch.shutdownNow();
    client.close();
    S3PartExecutor.awaitEnd(made);
  }

  /** A request with a body. It is watched from the moment at which the body is first read. */
  private final class Watched implements ExecutableHttpRequest {

    private final ExecutableHttpRequest request;
    private volatile long progress;
    private volatile boolean stalled;
    private boolean begun;
    private @Nullable Thread caller;
    private boolean ended;
    private @Nullable ScheduledFuture<?> look;

    Watched(HttpExecuteRequest request, ContentStreamProvider body) {
      HttpExecuteRequest.Builder watched =
          HttpExecuteRequest.builder()
              .request(request.httpRequest())
              .contentStreamProvider(() -> watched(body.newStream()));
      request.metricCollector().ifPresent(watched::metricCollector);
      this.request = client.prepareRequest(watched.build());
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      try {
        return request.call();
      } catch (IOException e) {
        if (!stalled) {
          throw e;
        }
        SocketTimeoutException timeout =
            new SocketTimeoutException("the server did not take the request's body");
        timeout.addSuppressed(e);
        throw timeout;
      } finally {
        end();
      }
    }

    @Override
    public void abort() {
      request.abort();
    }

    private InputStream watched(InputStream body) {
      return new FilterInputStream(body) {
        @Override
        public int read() throws IOException {
          reading();
          return super.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
          reading();
          return super.read(target, offset, length);
        }
      };
    }

    /** Notes progress: the bytes that were read before have been sent. */
    private void reading() {
      progress = System.nanoTime();
      if (!begun) {
        begun = true;
        begin();
      }
    }

    private synchronized void begin() {
      caller = Thread.currentThread();
      look();
    }

    private synchronized void look() {
      if (ended) {
        return;
      }
      long left = nanos - (System.nanoTime() - progress);
      boolean interrupted = caller != null && caller.isInterrupted();
      if (left > 0 && !interrupted) {
        look = watch.schedule(this::look, Math.min(left, MAX_LOOK_NANOS), TimeUnit.NANOSECONDS);
      } else {
        stalled = left <= 0;
        request.abort();
      }
    }

    private synchronized void end() {
      ended = true;
      if (look != null) {
        look.cancel(false);
      }
    }
  }
}
