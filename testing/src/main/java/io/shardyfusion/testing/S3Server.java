package io.shardyfusion.testing;

import java.net.URI;

/**
 * An S3 server for tests, in a process of its own, on a free port of 127.0.0.1, with one bucket.
 *
 * <p>Conditional requests work as on S3, and are atomic: {@code PUT} with {@code If-None-Match: *}
 * or {@code If-Match}, {@code DELETE} with {@code If-Match}, {@code GET} with {@code If-None-Match}
 * or {@code If-Match}.
 *
 * <p>Starting takes about a second, so share one between tests and keep them apart by prefix. Safe
 * for use by many threads. {@link #close()} stops the process and deletes what it holds; the
 * process also ends when this JVM does, however it ends.
 */
public sealed interface S3Server extends AutoCloseable permits MotoServer, S3ProxyServer {

  /** The one that is always to be had; {@link MotoServer} is another. */
  static S3ProxyServer start() {
    return S3ProxyServer.start();
  }

  /** {@link S3ProxyServer#startOpen()}. */
  static S3ProxyServer startOpen() {
    return S3ProxyServer.startOpen();
  }

  /** The server's address, {@code http://127.0.0.1:port}. Use path-style access. */
  URI endpoint();

  /** An access key that may do everything. */
  String accessKey();

  /** The secret of {@link #accessKey()}. */
  String secretKey();

  /** The region of the bucket, to sign for. */
  default String region() {
    return "us-east-1";
  }

  /** The bucket, which exists and starts empty. */
  default String bucket() {
    return "shardyfusion";
  }

  /** Stops the process and deletes what it holds. Closing again does nothing. */
  @Override
  void close();
}
