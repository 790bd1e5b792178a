package io.shardyfusion.store.s3;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.FileRegion;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectKeys;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.RequestMeter;
import io.shardyfusion.store.S3Transfers;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.StoredObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.CRC32;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The objects below a prefix of a bucket on S3 or a compatible server. The tag of an object is its
 * ETag, and on Google Cloud Storage its generation too.
 *
 * <p>Every request is repeated where that may help, but that of {@link #writeIf}: see {@link
 * S3ConditionalPut}.
 */
public final class S3ObjectStore implements ObjectStore {

  /** The most that S3 stores: 5 TiB. */
  private static final long MAX_UPLOAD = 5L << 40;

  private static final int DELETE_BATCH = 1000;

  private final S3Location location;
  private final StoreOptions options;
  private final S3RequestCounts counts = new S3RequestCounts();
  private final S3Requests requests;
  private final S3Clients clients;
  private final S3Failures failures;
  private final S3ConditionalPut conditional;
  private final URI uri;

  private volatile boolean bucketSeen;

  /** The store of a location; no request is made. */
  public S3ObjectStore(S3Location location, StoreOptions options) {
    this.location = location;
    this.options = options;
    this.requests = new S3Requests(location.bucket(), options);
    this.clients = new S3Clients(options, counts);
    this.failures = new S3Failures(location, options);
    this.conditional = new S3ConditionalPut(location, options, clients, requests, failures);
    this.uri = location.uri();
  }

  @Override
  public Optional<RequestMeter> requestMeter() {
    return Optional.of(counts);
  }

  @Override
  public URI root() {
    return uri;
  }

  @Override
  public Optional<StoredObject> read(String key, long maxBytes) {
    String absolute = absolute(key);
    return ask(
        "read " + location.describe(key),
        () -> {
          try {
            return Optional.of(read(requests.get(absolute), key, maxBytes));
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public ConditionalRead readIfChanged(String key, ObjectTag tag, long maxBytes) {
    String absolute = absolute(key);
    return ask(
        "read " + location.describe(key),
        () -> {
          try {
            GetObjectRequest.Builder request =
                requests.get(absolute).ifNoneMatch(conditional.etag(tag));
            return new ConditionalRead.Changed(read(request, key, maxBytes));
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

  private StoredObject read(GetObjectRequest.Builder request, String key, long maxBytes) {
    String object = location.describe(key);
    return clients
        .retrying()
        .getObject(
            request.build(),
            (response, body) -> {
              byte[] content = S3BodyReader.inMemory(object, maxBytes, response, body);
              ObjectTag tag = conditional.tag(response, response.eTag());
              if (tag == null) {
                throw new StorageException(
                    "the server gave no "
                        + conditional.tagName()
                        + " for "
                        + object
                        + "; it must, to tell what changed");
              }
              return new StoredObject(content, tag);
            });
  }

  @Override
  public Optional<Long> download(String key, Path target, LongConsumer progress) {
    String absolute = absolute(key);
    String object = location.describe(key);
    return ask(
        "download " + object,
        () -> {
          try (S3Download download =
              new S3Download(
                  clients.retrying(), requests, options, absolute, object, target, progress)) {
            return Optional.of(download.run());
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public void write(String key, byte[] content) {
    PutObjectRequest request = requests.put(absolute(key), content).build();
    ask(
        "write " + location.describe(key),
        () -> clients.retrying().putObject(request, RequestBody.fromBytes(content)));
  }

  @Override
  public void upload(String key, Path source) {
    String absolute = absolute(key);
    String action = "upload " + source + " as " + location.describe(key);
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
              + ": expected at most 5 TiB, found "
              + size
              + " bytes; use more shards");
    }
    ask(
        action,
        () -> {
          S3Transfers transfers = options.s3Transfers();
          S3Client client = clients.retrying();
          if (size > transfers.thresholdBytes()) {
            new S3Upload(client, requests, transfers, absolute, source, size).run();
          } else {
            CRC32 checksum = FileRegion.checksum(source, 0, size);
            client.putObject(requests.upload(absolute, checksum), RequestBody.fromFile(source));
          }
          return size;
        });
  }

  @Override
  public ConditionalWrite writeIf(String key, byte[] content, Expectation expectation) {
    checkOpen();
    ObjectKeys.check(key);
    return conditional.write(key, content, expectation);
  }

  @Override
  public Optional<ObjectInfo> stat(String key) {
    String absolute = absolute(key);
    return ask(
        "look for " + location.describe(key),
        () -> {
          try {
            HeadObjectResponse found = clients.retrying().headObject(requests.head(absolute));
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
        requests.list(location.absolute(ObjectKeys.checkPrefix(prefix)), null);
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
    List<String> batch = new ArrayList<>();
    for (String key : keys) {
      batch.add(location.absolute(key));
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

  private void deleteBatch(List<String> keys) {
    String action = "delete " + keys.size() + " object(s) from s3://" + location.bucket();
    DeleteObjectsResponse response = ask(action, () -> delete(keys));
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

  private DeleteObjectsResponse delete(List<String> keys) {
    if (conditional.byGeneration()) {
      keys.forEach(this::deleteOne);
      return DeleteObjectsResponse.builder().build();
    }
    return clients.retrying().deleteObjects(requests.delete(keys));
  }

  /** Google answers 404 where there is nothing to delete. */
  private void deleteOne(String key) {
    try {
      clients.retrying().deleteObject(requests.delete(key));
    } catch (S3Exception e) {
      String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
      if (e.statusCode() != 404 || "NoSuchBucket".equals(code)) {
        throw e;
      }
    }
  }

  private String absolute(String key) {
    return location.absolute(ObjectKeys.check(key));
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
      clients.retrying().listObjectsV2(requests.list(location.absolute(""), 1));
    }
  }

  private void checkOpen() {
    if (clients.closed()) {
      throw new ClosedException("the object store of " + uri + " is closed");
    }
  }
}
