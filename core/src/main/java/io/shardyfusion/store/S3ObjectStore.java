package io.shardyfusion.store;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The objects below a prefix of a bucket on S3 or a compatible server. The tag of an object is its
 * ETag.
 *
 * <p>Every request but that of {@link #writeIf} is repeated where that may help. One of {@code
 * writeIf} is made once, and its answer means:
 *
 * <ul>
 *   <li>412, and 404 for an object that was to be unchanged: a conflict.
 *   <li>409 {@code ConditionalRequestConflict} or {@code OperationAborted}: another request for the
 *       object was under way, and S3 refused this one; a conflict too, as nothing was written.
 *   <li>Any other 4xx, 501, or no connection: certainly not written.
 *   <li>Anything else: a timeout, a lost connection, any other 5xx: unknown.
 * </ul>
 */
final class S3ObjectStore implements ObjectStore {

  /** The most that one PUT takes. */
  private static final long MAX_UPLOAD = 5L << 30;

  private static final int DELETE_BATCH = 1000;
  private static final Set<String> REFUSED_AS_CONCURRENT =
      Set.of("ConditionalRequestConflict", "OperationAborted");

  private final S3Location location;
  private final S3Clients clients;
  private final S3Failures failures;
  private final URI uri;

  /** Of every request but transfers, which take as long as they are large. */
  private final AwsRequestOverrideConfiguration bounded;

  private volatile boolean bucketSeen;

  /**
   * The store of a location; no request is made.
   *
   * @param credentials null for those of the options' profile, or of the standard chain
   */
  S3ObjectStore(
      S3Location location, StoreOptions options, @Nullable AwsCredentialsProvider credentials) {
    this.location = location;
    this.clients = new S3Clients(options, credentials);
    this.failures = new S3Failures(location, options);
    this.uri = location.uri();
    this.bounded =
        AwsRequestOverrideConfiguration.builder().apiCallTimeout(options.callTimeout()).build();
  }

  @Override
  public URI root() {
    return uri;
  }

  @Override
  public Optional<StoredObject> read(String key, long maxBytes) {
    GetObjectRequest request = get(key).overrideConfiguration(bounded).build();
    String object = location.describe(key);
    return ask(
        "read " + object,
        () -> {
          try {
            return Optional.of(
                clients.retrying().getObject(request, S3Content.inMemory(object, maxBytes)));
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public ConditionalRead readIfChanged(String key, ObjectTag tag, long maxBytes) {
    GetObjectRequest request =
        get(key).ifNoneMatch(tag.value()).overrideConfiguration(bounded).build();
    String object = location.describe(key);
    return ask(
        "read " + object,
        () -> {
          try {
            return new ConditionalRead.Changed(
                clients.retrying().getObject(request, S3Content.inMemory(object, maxBytes)));
          } catch (NoSuchKeyException e) {
            return new ConditionalRead.Missing();
          } catch (S3Exception e) {
            if (e.statusCode() == 304) {
              return new ConditionalRead.Unchanged();
            }
            throw e;
          }
        });
  }

  @Override
  public Optional<Long> download(String key, Path target, LongConsumer progress) {
    GetObjectRequest request = get(key).build();
    String object = location.describe(key);
    return ask(
        "download " + object,
        () -> {
          try {
            return Optional.of(
                clients.retrying().getObject(request, S3Content.inFile(object, target, progress)));
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public void write(String key, byte[] content) {
    PutObjectRequest request = putRequest(key).overrideConfiguration(bounded).build();
    put("write " + location.describe(key), request, RequestBody.fromBytes(content));
  }

  @Override
  public void upload(String key, Path source) {
    String action = "upload " + source + " as " + location.describe(key);
    ObjectKeys.check(key);
    long size;
    try {
      size = Files.size(source);
    } catch (IOException e) {
      throw new StorageException(
          "could not " + action + ": cannot read the file (" + e.getClass().getSimpleName() + ")",
          e);
    }
    if (size > MAX_UPLOAD) {
      throw new StorageException(
          "could not "
              + action
              + ": expected at most 5 GiB, which one request takes, found "
              + size
              + " bytes; use more shards");
    }
    put(action, putRequest(key).build(), RequestBody.fromFile(source));
  }

  @Override
  public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
    PutObjectRequest.Builder request = putRequest(key).overrideConfiguration(bounded);
    if (expectation instanceof Expectation.Unchanged unchanged) {
      request.ifMatch(unchanged.tag().value());
    } else {
      request.ifNoneMatch("*");
    }
    String action = "write " + location.describe(key);
    PutObjectResponse response;
    try {
      response = clients.once().putObject(request.build(), RequestBody.fromBytes(content));
    } catch (S3Exception e) {
      if (conflict(e, expectation)) {
        return new ConditionalWrite.Conflict();
      }
      throw failures.explainedWrite(action, e);
    } catch (RuntimeException e) {
      throw failures.explainedWrite(action, e);
    }
    String tag = response.eTag();
    if (tag == null) {
      throw new AmbiguousWriteException(
          "the server wrote " + location.describe(key) + ", but gave no ETag for it", null);
    }
    return new ConditionalWrite.Written(new ObjectTag(tag));
  }

  @Override
  public Optional<ObjectInfo> stat(String key) {
    String absolute = location.absolute(ObjectKeys.check(key));
    return ask(
        "look for " + location.describe(key),
        () -> {
          try {
            HeadObjectResponse found =
                clients
                    .retrying()
                    .headObject(
                        r ->
                            r.bucket(location.bucket())
                                .key(absolute)
                                .overrideConfiguration(bounded));
            return Optional.of(new ObjectInfo(key, found.contentLength(), found.lastModified()));
          } catch (NoSuchKeyException e) {
            requireBucket();
            return Optional.empty();
          }
        });
  }

  @Override
  public Stream<ObjectInfo> list(String prefix) {
    checkOpen();
    ListObjectsV2Request first =
        ListObjectsV2Request.builder()
            .bucket(location.bucket())
            .prefix(location.absolute(ObjectKeys.checkPrefix(prefix)))
            .overrideConfiguration(bounded)
            .build();
    String action = "list " + location.describe(prefix);
    S3Listing listing =
        new S3Listing(
            request -> ask(action, () -> clients.retrying().listObjectsV2(request)),
            first,
            location::relative);
    int traits = Spliterator.DISTINCT | Spliterator.NONNULL;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(listing, traits), false);
  }

  @Override
  public void delete(Collection<String> keys) {
    checkOpen();
    keys.forEach(ObjectKeys::check);
    List<ObjectIdentifier> batch = new ArrayList<>();
    for (String key : keys) {
      batch.add(ObjectIdentifier.builder().key(location.absolute(key)).build());
      if (batch.size() == DELETE_BATCH) {
        deleteBatch(batch);
        batch = new ArrayList<>();
      }
    }
    if (!batch.isEmpty()) {
      deleteBatch(batch);
    }
  }

  @Override
  public void close() {
    clients.close();
  }

  @Override
  public String toString() {
    return uri.toString();
  }

  private void deleteBatch(List<ObjectIdentifier> batch) {
    String action = "delete " + batch.size() + " object(s) from s3://" + location.bucket();
    DeleteObjectsResponse response =
        ask(
            action,
            () ->
                clients
                    .retrying()
                    .deleteObjects(
                        r ->
                            r.bucket(location.bucket())
                                .delete(d -> d.quiet(true).objects(batch))
                                .overrideConfiguration(bounded)));
    List<S3Error> errors =
        response.errors().stream().filter(e -> !"NoSuchKey".equals(e.code())).toList();
    if (!errors.isEmpty()) {
      S3Error first = errors.get(0);
      throw new StorageException(
          "could not "
              + action
              + ": "
              + errors.size()
              + " were not deleted, the first s3://"
              + location.bucket()
              + "/"
              + first.key()
              + ": "
              + first.message()
              + " ("
              + first.code()
              + "); check that the credentials may delete, and try again");
    }
  }

  private GetObjectRequest.Builder get(String key) {
    return GetObjectRequest.builder()
        .bucket(location.bucket())
        .key(location.absolute(ObjectKeys.check(key)));
  }

  private PutObjectRequest.Builder putRequest(String key) {
    return PutObjectRequest.builder()
        .bucket(location.bucket())
        .key(location.absolute(ObjectKeys.check(key)));
  }

  private void put(String action, PutObjectRequest request, RequestBody body) {
    ask(action, () -> clients.retrying().putObject(request, body));
  }

  /** Makes a request that may be repeated, and translates its failures. */
  private <T> T ask(String action, Supplier<T> request) {
    try {
      T answer = request.get();
      bucketSeen = true;
      return answer;
    } catch (RuntimeException e) {
      checkOpen(); // Closed meanwhile: this is why it failed.
      throw failures.explained(action, e);
    }
  }

  /** A HEAD has no body to say that it is the bucket that is missing. */
  private void requireBucket() {
    if (!bucketSeen) {
      clients
          .retrying()
          .listObjectsV2(
              r -> r.bucket(location.bucket()).maxKeys(1).overrideConfiguration(bounded));
    }
  }

  private static boolean conflict(S3Exception e, Expectation expectation) {
    String code =
        e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
    return switch (e.statusCode()) {
      case 412 -> true;
      case 409 -> REFUSED_AS_CONCURRENT.contains(code);
      case 404 -> expectation instanceof Expectation.Unchanged && !code.equals("NoSuchBucket");
      default -> false;
    };
  }

  private void checkOpen() {
    if (clients.closed()) {
      throw new ClosedException("the object store of " + uri + " is closed");
    }
  }
}
