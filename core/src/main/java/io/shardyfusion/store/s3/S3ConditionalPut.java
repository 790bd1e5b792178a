package io.shardyfusion.store.s3;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.S3ConditionalWrites;
import io.shardyfusion.store.StoreOptions;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Response;

/**
 * The conditional PUT of a store, and the proof that the store honours it. Thread-safe.
 *
 * <p>A PUT takes effect once at most. It is repeated only after 429, a clock that the server found
 * wrong, or no connection; of others, and after the last of these, the answer means:
 *
 * <ul>
 *   <li>412, and 404 for an object that was to be unchanged: a conflict.
 *   <li>409 {@code ConditionalRequestConflict} or {@code OperationAborted}: another request for the
 *       object was under way, and S3 refused this one; a conflict too, as nothing was written.
 *   <li>Any other 4xx, 501, or no connection: certainly not written.
 *   <li>Anything else: a timeout, a lost connection, any other 5xx: unknown.
 * </ul>
 *
 * <p>A store that does not know a condition may ignore it, and write. So before the first PUT of
 * each kind of condition, the store {@linkplain S3ConditionProof proves} to honour it.
 */
final class S3ConditionalPut {

  private static final Logger LOG = LoggerFactory.getLogger(S3ConditionalPut.class);

  private static final Set<String> REFUSED_AS_CONCURRENT =
      Set.of("ConditionalRequestConflict", "OperationAborted");
  private static final String GENERATION = "x-goog-generation";

  private final S3Location location;
  private final StoreOptions options;
  private final S3Clients clients;
  private final S3Requests requests;
  private final S3Failures failures;
  private final S3ConditionProof proof;
  private volatile @Nullable S3ConditionalWrites kind;
  private boolean absentProven;
  private boolean unchangedProven;
  private boolean warned;

  S3ConditionalPut(
      S3Location location,
      StoreOptions options,
      S3Clients clients,
      S3Requests requests,
      S3Failures failures) {
    this.location = location;
    this.options = options;
    this.clients = clients;
    this.requests = requests;
    this.failures = failures;
    this.proof = new S3ConditionProof(location, clients, requests, failures);
  }

  /** The tag of the content that an answer is about, or null if the answer lacks it. */
  @Nullable ObjectTag tag(S3Response response, @Nullable String etag) {
    if (etag == null || !byGeneration()) {
      return etag == null ? null : new ObjectTag(etag);
    }
    // Reads are conditional on the one, writes on the other.
    return response
        .sdkHttpResponse()
        .firstMatchingHeader(GENERATION)
        .map(generation -> new ObjectTag(generation + " " + etag))
        .orElse(null);
  }

  /** The ETag in a tag, for a conditional GET. */
  String etag(ObjectTag tag) {
    return byGeneration() ? tag.value().substring(tag.value().indexOf(' ') + 1) : tag.value();
  }

  /** The name, for messages, of the tag that a store must give with every object. */
  String tagName() {
    return byGeneration() ? GENERATION + " (it is set to be Google Cloud Storage)" : "ETag";
  }

  /**
   * Returns whether the store is Google's. Google's cannot delete many objects in one request
   * either.
   */
  boolean byGeneration() {
    return kind() == S3ConditionalWrites.GENERATION;
  }

  /** Implements {@link ObjectStore#writeIf}. */
  ConditionalWrite write(String key, byte[] content, Expectation expectation) {
    return switch (proven(expectation)) {
      case GENERATION -> putToGoogle(key, content, expectation);
      case NONE -> writeUnfenced(key, content, expectation);
      case PROBE, ETAG -> put(key, content, expectation);
    };
  }

  private ConditionalWrite put(String key, byte[] content, Expectation expectation) {
    PutObjectRequest.Builder request = requests.put(location.absolute(key), content);
    if (expectation instanceof Expectation.Unchanged unchanged) {
      request.ifMatch(unchanged.tag().value());
    } else {
      request.ifNoneMatch("*");
    }
    return send(key, content, expectation, clients.atMostOnce(), request.build());
  }

  private ConditionalWrite putToGoogle(String key, byte[] content, Expectation expectation) {
    String generation =
        expectation instanceof Expectation.Unchanged unchanged
            ? unchanged.tag().value().substring(0, unchanged.tag().value().indexOf(' '))
            : "0";
    PutObjectRequest request = requests.putToGoogle(location.absolute(key), generation).build();
    return send(key, content, expectation, clients.google(), request);
  }

  private ConditionalWrite send(
      String key,
      byte[] content,
      Expectation expectation,
      S3Client client,
      PutObjectRequest request) {
    PutObjectResponse response;
    try {
      response = client.putObject(request, RequestBody.fromBytes(content));
    } catch (S3Exception e) {
      if (conflict(e, expectation)) {
        return new ConditionalWrite.Conflict();
      }
      throw failures.explainedWrite(writing(key), e);
    } catch (RuntimeException e) {
      throw failures.explainedWrite(writing(key), e);
    }
    return written(key, response);
  }

  private ConditionalWrite written(String key, PutObjectResponse response) {
    ObjectTag tag = tag(response, response.eTag());
    if (tag == null) {
      throw new AmbiguousWriteException(
          "the server wrote "
              + location.describe(key)
              + ", but gave no "
              + tagName()
              + " for it: read the object again",
          null);
    }
    return new ConditionalWrite.Written(tag);
  }

  private String writing(String key) {
    return "write " + location.describe(key);
  }

  private static boolean conflict(S3Exception e, Expectation expectation) {
    boolean missing = e.statusCode() == 404 && !code(e).equals("NoSuchBucket");
    return conflict(e) || (missing && expectation instanceof Expectation.Unchanged);
  }

  /** Returns whether the answer says that a condition did not hold for an object that is there. */
  static boolean conflict(S3Exception e) {
    return e.statusCode() == 412
        || (e.statusCode() == 409 && REFUSED_AS_CONCURRENT.contains(code(e)));
  }

  private static String code(S3Exception e) {
    return e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
  }

  /** Reads before and after: it shows most of what another writer does, and prevents none of it. */
  private ConditionalWrite writeUnfenced(String key, byte[] content, Expectation expectation) {
    if (!holds(read(key), expectation)) {
      return new ConditionalWrite.Conflict();
    }
    PutObjectRequest request = requests.put(location.absolute(key), content).build();
    if (send(key, content, expectation, clients.atMostOnce(), request)
        instanceof ConditionalWrite.Written written) {
      ResponseBytes<GetObjectResponse> now = readBack(key);
      return now != null && Arrays.equals(now.asByteArrayUnsafe(), content)
          ? written
          : new ConditionalWrite.Conflict();
    }
    return new ConditionalWrite.Conflict();
  }

  private @Nullable ResponseBytes<GetObjectResponse> readBack(String key) {
    try {
      return read(key);
    } catch (RuntimeException e) {
      throw new AmbiguousWriteException(
          location.describe(key)
              + " was written, but could not be read back, to see whether another writer replaced"
              + " it: read the object again",
          e);
    }
  }

  private boolean holds(@Nullable ResponseBytes<GetObjectResponse> found, Expectation expectation) {
    if (expectation instanceof Expectation.Unchanged unchanged) {
      return found != null && unchanged.tag().value().equals(found.response().eTag());
    }
    return found == null;
  }

  private @Nullable ResponseBytes<GetObjectResponse> read(String key) {
    try {
      return clients.retrying().getObjectAsBytes(requests.get(location.absolute(key)).build());
    } catch (NoSuchKeyException e) {
      return null;
    } catch (RuntimeException e) {
      throw failures.explained("read " + location.describe(key), e);
    }
  }

  private S3ConditionalWrites kind() {
    S3ConditionalWrites known = kind;
    if (known == null) {
      known =
          options.s3ConditionalWrites() == S3ConditionalWrites.PROBE
              ? known(clients.endpoint())
              : options.s3ConditionalWrites();
      kind = known;
    }
    return known;
  }

  /** The mechanism that the host's name tells, or the one that is to be probed. */
  private static S3ConditionalWrites known(@Nullable URI endpoint) {
    String host = endpoint == null ? "amazonaws.com" : endpoint.getHost();
    if (inDomain(host, "amazonaws.com") || inDomain(host, "amazonaws.com.cn")) {
      return S3ConditionalWrites.ETAG;
    }
    return inDomain(host, "storage.googleapis.com")
        ? S3ConditionalWrites.GENERATION
        : S3ConditionalWrites.PROBE;
  }

  private static boolean inDomain(String host, String domain) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.equals(domain) || lower.endsWith("." + domain);
  }

  /** The kind of conditional write that the store is known to honour for such an expectation. */
  private synchronized S3ConditionalWrites proven(Expectation expectation) {
    S3ConditionalWrites chosen;
    try {
      chosen = kind();
    } catch (RuntimeException e) {
      throw failures.explained("write to " + location.describe(""), e);
    }
    if (chosen == S3ConditionalWrites.NONE) {
      goOnUnfenced("conditional writes are set to none");
    }
    if (chosen != S3ConditionalWrites.PROBE) {
      return chosen;
    }
    boolean absent = expectation instanceof Expectation.Absent;
    if (absent ? absentProven : unchangedProven) {
      return chosen;
    }
    String flaw = proof.flaw(absent);
    if (flaw == null) {
      absentProven |= absent;
      unchangedProven |= !absent;
      LOG.info(
          "event=conditional_writes_proven store={} condition={}",
          location.uri(),
          absent ? "If-None-Match" : "If-Match");
      return chosen;
    }
    goOnUnfenced(flaw);
    kind = S3ConditionalWrites.NONE;
    return S3ConditionalWrites.NONE;
  }

  /** Refuses, or warns once. */
  private void goOnUnfenced(String flaw) {
    if (!options.allowUnfenced()) {
      throw unfenced(flaw);
    }
    if (!warned) {
      warned = true;
      LOG.warn(
          "event=writers_not_fenced store={}: {}. Nothing keeps two writers from undoing each"
              + " other's work; see to it that there is only one.",
          location.uri(),
          flaw);
    }
  }

  private InvalidRequestException unfenced(String flaw) {
    return new InvalidRequestException(
        "writers of "
            + location.describe("")
            + " cannot be fenced: "
            + flaw
            + ", so that two writers could undo each other's work; nothing was written. Use a store"
            + " with conditional writes; on Google Cloud Storage with StoreOptions.s3ConditionalWrites(GENERATION);"
            + " or, if you see to it that there is only one writer, with StoreOptions.allowUnfenced(true)");
  }
}
