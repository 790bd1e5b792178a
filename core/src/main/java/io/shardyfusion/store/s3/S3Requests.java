package io.shardyfusion.store.s3;

import io.shardyfusion.store.S3Encryption;
import io.shardyfusion.store.StoreOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.RequestPayer;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** The requests of a store to its bucket, with what its options say of each. */
final class S3Requests {

  private final String bucket;
  private final StoreOptions options;
  private final @Nullable RequestPayer payer;
  private final AwsRequestOverrideConfiguration call;
  private final AwsRequestOverrideConfiguration transfer;

  S3Requests(String bucket, StoreOptions options) {
    this.bucket = bucket;
    this.options = options;
    this.payer = options.s3RequesterPays() ? RequestPayer.REQUESTER : null;
    this.call = within(options.callTimeout());
    this.transfer = within(options.transferTimeout());
  }

  private static AwsRequestOverrideConfiguration within(Duration timeout) {
    return AwsRequestOverrideConfiguration.builder().apiCallTimeout(timeout).build();
  }

  /** GET of a small object. */
  GetObjectRequest.Builder get(String key) {
    return GetObjectRequest.builder()
        .bucket(bucket)
        .key(key)
        .requestPayer(payer)
        .overrideConfiguration(call);
  }

  /**
   * GET of a file or a part of it, without a time limit for the whole call; {@link S3Download} sees
   * to it that it ends.
   */
  GetObjectRequest.Builder download(String key) {
    return get(key).overrideConfiguration((AwsRequestOverrideConfiguration) null);
  }

  HeadObjectRequest head(String key) {
    return HeadObjectRequest.builder()
        .bucket(bucket)
        .key(key)
        .requestPayer(payer)
        .overrideConfiguration(call)
        .build();
  }

  ListObjectsV2Request list(String prefix, @Nullable Integer most) {
    return ListObjectsV2Request.builder()
        .bucket(bucket)
        .prefix(prefix)
        .maxKeys(most)
        .requestPayer(payer)
        .overrideConfiguration(call)
        .build();
  }

  /** PUT of a small object. */
  PutObjectRequest.Builder put(String key, byte[] content) {
    return put(key, checksum(content)).overrideConfiguration(call);
  }

  private PutObjectRequest.Builder put(String key, CRC32 checksum) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .requestPayer(payer)
            .checksumCRC32(text(checksum));
    S3Encryption encryption = options.s3Objects().encryption();
    return encryption == null
        ? request
        : request.serverSideEncryption(algorithm(encryption)).ssekmsKeyId(key(encryption));
  }

  /** PUT of a small object, with only those headers that Google knows. */
  PutObjectRequest.Builder putToGoogle(String key, String generation) {
    return PutObjectRequest.builder()
        .bucket(bucket)
        .key(key)
        .overrideConfiguration(
            call.toBuilder().putHeader("x-goog-if-generation-match", generation).build());
  }

  /** PUT of a file. */
  PutObjectRequest upload(String key, CRC32 checksum) {
    PutObjectRequest.Builder request =
        put(key, checksum)
            .storageClass(options.s3Objects().storageClass())
            .overrideConfiguration(transfer);
    if (!options.s3Objects().tags().isEmpty()) {
      request.tagging(tagging());
    }
    return request.build();
  }

  /** Start of the upload of a file in parts. */
  CreateMultipartUploadRequest multipartUpload(String key) {
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder()
            .bucket(bucket)
            .key(key)
            .requestPayer(payer)
            .storageClass(options.s3Objects().storageClass())
            .checksumAlgorithm(options.s3Checksums() ? ChecksumAlgorithm.CRC32 : null)
            .overrideConfiguration(call);
    S3Encryption encryption = options.s3Objects().encryption();
    if (encryption != null) {
      request.serverSideEncryption(algorithm(encryption)).ssekmsKeyId(key(encryption));
    }
    if (!options.s3Objects().tags().isEmpty()) {
      request.tagging(tagging());
    }
    return request.build();
  }

  UploadPartRequest part(String key, String uploadId, int number, CRC32 checksum) {
    return UploadPartRequest.builder()
        .bucket(bucket)
        .key(key)
        .uploadId(uploadId)
        .partNumber(number)
        .requestPayer(payer)
        .checksumCRC32(text(checksum))
        .overrideConfiguration(transfer)
        .build();
  }

  CompleteMultipartUploadRequest completion(
      String key, String uploadId, List<CompletedPart> parts) {
    return CompleteMultipartUploadRequest.builder()
        .bucket(bucket)
        .key(key)
        .uploadId(uploadId)
        .multipartUpload(upload -> upload.parts(parts))
        .requestPayer(payer)
        .overrideConfiguration(transfer)
        .build();
  }

  AbortMultipartUploadRequest abort(String key, String uploadId) {
    return AbortMultipartUploadRequest.builder()
        .bucket(bucket)
        .key(key)
        .uploadId(uploadId)
        .requestPayer(payer)
        .overrideConfiguration(call)
        .build();
  }

  DeleteObjectRequest delete(String key) {
    return DeleteObjectRequest.builder()
        .bucket(bucket)
        .key(key)
        .requestPayer(payer)
        .overrideConfiguration(call)
        .build();
  }

  DeleteObjectsRequest delete(List<String> keys) {
    List<ObjectIdentifier> objects =
        keys.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
    return DeleteObjectsRequest.builder()
        .bucket(bucket)
        .delete(d -> d.quiet(true).objects(objects))
        .requestPayer(payer)
        .overrideConfiguration(call)
        .build();
  }

  private static CRC32 checksum(byte[] content) {
    CRC32 checksum = new CRC32();
    checksum.update(content);
    return checksum;
  }

  /**
   * The checksum as a header has it. Left to the SDK, it would follow the body of a file, which few
   * other servers than AWS' understand.
   */
  private @Nullable String text(CRC32 checksum) {
    return options.s3Checksums()
        ? Base64.getEncoder()
            .encodeToString(
                ByteBuffer.allocate(Integer.BYTES).putInt((int) checksum.getValue()).array())
        : null;
  }

  private Tagging tagging() {
    return Tagging.builder()
        .tagSet(
            options.s3Objects().tags().entrySet().stream()
                .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .collect(Collectors.toList()))
        .build();
  }

  private static ServerSideEncryption algorithm(S3Encryption encryption) {
    return encryption instanceof S3Encryption.Managed
        ? ServerSideEncryption.AES256
        : ServerSideEncryption.AWS_KMS;
  }

  private static @Nullable String key(S3Encryption encryption) {
    return encryption instanceof S3Encryption.Kms kms ? kms.keyId() : null;
  }
}
