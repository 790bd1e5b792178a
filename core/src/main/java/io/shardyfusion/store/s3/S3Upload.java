package io.shardyfusion.store.s3;

import io.shardyfusion.store.FileRegion;
import io.shardyfusion.store.S3Transfers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * The upload of one large file, in parts. The object is there when all of them are, and not before;
 * an upload that fails is aborted, so that S3 keeps none of its parts. That of a process that was
 * killed cannot be: a lifecycle rule of the bucket ends it.
 */
final class S3Upload {

  private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);

  private final S3Client client;
  private final S3Requests requests;
  private final S3Transfers transfers;
  private final String key;
  private final Path source;
  private final long size;

  /** The upload of {@code source} as the bucket's {@code key}. */
  S3Upload(
      S3Client client,
      S3Requests requests,
      S3Transfers transfers,
      String key,
      Path source,
      long size) {
    this.client = client;
    this.requests = requests;
    this.transfers = transfers;
    this.key = key;
    this.source = source;
    this.size = size;
  }

  /** Uploads the file; throws what the SDK throws. */
  void run() {
    CreateMultipartUploadRequest begin = requests.multipartUpload(key);
    String id = client.createMultipartUpload(begin).uploadId();
    try {
      CompletedPart[] parts = uploadParts(id);
      complete(id, Arrays.asList(parts));
    } catch (RuntimeException | Error e) {
      abort(id, e);
      throw e;
    }
  }

  private void complete(String id, List<CompletedPart> parts) {
    try {
      client.completeMultipartUpload(requests.completion(key, id, parts));
    } catch (NoSuchUploadException e) {
      // Completed by a request whose answer was lost, and which the SDK repeated?
      try {
        if (client.headObject(requests.head(key)).contentLength() == size) {
          return;
        }
      } catch (NoSuchKeyException missing) {
        e.addSuppressed(missing);
      }
      throw e;
    }
  }

  private CompletedPart[] uploadParts(String id) {
    long partBytes = transfers.partBytesOf(size);
    int count = Math.toIntExact((size + partBytes - 1) / partBytes);
    CompletedPart[] parts = new CompletedPart[count];
    try (S3PartExecutor threads =
        new S3PartExecutor("upload", Math.min(count, transfers.parallelism()))) {
      threads.begin(
          0,
          count,
          i -> {
            long start = i * partBytes;
            parts[i] = uploadPart(id, i + 1, start, Math.min(partBytes, size - start));
          });
      threads.join();
    }
    return parts;
  }

  private CompletedPart uploadPart(String id, int number, long start, long length) {
    UploadPartRequest request =
        requests.part(key, id, number, FileRegion.checksum(source, start, length));
    UploadPartResponse response;
    // The SDK opens the content once to sign it and once for each attempt, and may leave it open.
    Queue<FileRegion> opened = new ConcurrentLinkedQueue<>();
    try {
      response =
          client.uploadPart(
              request,
              RequestBody.fromContentProvider(
                  () -> {
                    FileRegion region = open(start, length);
                    opened.add(region);
                    return region;
                  },
                  length,
                  "application/octet-stream"));
    } finally {
      opened.forEach(FileRegion::close);
    }
    return CompletedPart.builder()
        .partNumber(number)
        .eTag(response.eTag())
        .checksumCRC32(response.checksumCRC32())
        .build();
  }

  private FileRegion open(long start, long length) {
    try {
      return new FileRegion(source, start, length);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + source, e);
    }
  }

  /** No part is under way any more: what came after the abort would stay. */
  private void abort(String id, Throwable failure) {
    boolean interrupted = Thread.interrupted();
    try {
      client.abortMultipartUpload(requests.abort(key, id));
    } catch (NoSuchUploadException e) {
      LOG.debug("event=upload_ended_already object={} upload_id={}", key, id);
    } catch (RuntimeException e) {
      LOG.warn(
          "event=upload_not_aborted object={} upload_id={}: S3 keeps its parts until a lifecycle"
              + " rule (AbortIncompleteMultipartUpload) or somebody ends it. {}",
          key,
          id,
          e.toString());
      failure.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
