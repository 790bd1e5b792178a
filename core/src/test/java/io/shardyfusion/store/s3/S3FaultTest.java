package io.shardyfusion.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ConditionalWrite.Conflict;
import io.shardyfusion.store.ConditionalWrite.Written;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.Expectation.Absent;
import io.shardyfusion.store.Expectation.Unchanged;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.S3ConditionalWrites;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** S3 that fails in ways that a real server does not on demand. */
class S3FaultTest {

  private static final Absent ABSENT = new Absent();
  private static final Unchanged UNCHANGED = new Unchanged(new ObjectTag("\"0\""));

  @TempDir Path directory;
  private HttpServer server;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile Answer answer = exchange -> {};

  /** How the server answers a request. */
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          answer.to(exchange);
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private ObjectStore store() {
    return store(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  private static StoreOptions.Builder options(URI endpoint) {
    return StoreOptions.builder()
        .s3Endpoint(endpoint)
        .s3Region("us-east-1")
        .s3PathStyle(true)
        .s3Credentials(S3Credentials.keys("access", "hush"))
        .s3ConditionalWrites(S3ConditionalWrites.ETAG);
  }

  private static ObjectStore store(URI endpoint) {
    return new S3ObjectStore(new S3Location("bucket", "data"), options(endpoint).build());
  }

  private static Answer error(int status, String code) {
    byte[] body =
        ("<Error><Code>" + code + "</Code><Message>because</Message></Error>").getBytes(UTF_8);
    return exchange -> {
      exchange.getResponseHeaders().set("x-amz-request-id", "R1");
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, head || status == 304 ? -1 : body.length);
      if (!head && status != 304) {
        exchange.getResponseBody().write(body);
      }
      exchange.close();
    };
  }

  /** Closes the connection without an answer. */
  private static void hangUp(HttpExchange exchange) {
    exchange.close();
  }

  @ParameterizedTest
  @CsvSource({
    "500, InternalError",
    "502, BadGateway",
    "503, SlowDown",
    "504, GatewayTimeout",
    "408, RequestTimeout"
  })
  void aConditionalWriteIsMadeOnceAndAmbiguousIfTheServerFails(int status, String code) {
    answer = error(status, code);
    try (ObjectStore store = store()) {
      for (Expectation expectation : List.of(ABSENT, UNCHANGED)) {
        requests.set(0);
        assertThatThrownBy(() -> store.writeIf("_CURRENT", new byte[1], expectation))
            .isInstanceOf(AmbiguousWriteException.class)
            .hasMessageContainingAll(
                "write s3://bucket/data/_CURRENT", code, "HTTP " + status, "read the object again");
        assertThat(requests).hasValue(1);
      }
    }
  }

  @Test
  void aConditionalWriteIsMadeOnceAndAmbiguousIfTheConnectionIsLost() {
    try (ObjectStore store = store()) {
      answer = error(412, "PreconditionFailed"); // The first connection is kept, and used again.
      store.writeIf("_CURRENT", new byte[1], ABSENT);
      requests.set(0);
      answer = S3FaultTest::hangUp;
      for (Expectation expectation : List.of(ABSENT, UNCHANGED)) {
        requests.set(0);
        assertThatThrownBy(() -> store.writeIf("_CURRENT", new byte[1], expectation))
            .isInstanceOf(AmbiguousWriteException.class)
            .hasMessageContainingAll("write s3://bucket/data/_CURRENT", "read the object again");
        assertThat(requests).hasValue(1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "412, PreconditionFailed, true",
    "409, ConditionalRequestConflict, true",
    "409, OperationAborted, true",
    "404, NoSuchKey, false"
  })
  void aRefusedConditionalWriteIsAConflict(int status, String code, boolean ifAbsentToo) {
    answer = error(status, code);
    try (ObjectStore store = store()) {
      assertThat(store.writeIf("p", new byte[1], UNCHANGED)).isEqualTo(new Conflict());
      if (ifAbsentToo) {
        assertThat(store.writeIf("p", new byte[1], ABSENT)).isEqualTo(new Conflict());
      }
    }
    assertThat(requests).hasValue(ifAbsentToo ? 2 : 1);
  }

  @ParameterizedTest
  @CsvSource({
    "400, InvalidRequest, because",
    "403, AccessDenied, access denied",
    "404, NoSuchBucket, does not exist",
    "409, InvalidBucketState, because",
    "501, NotImplemented, conditional writes",
    "301, PermanentRedirect, StoreOptions.s3Region"
  })
  void anotherRefusalIsCertain(int status, String code, String message) {
    answer = error(status, code);
    try (ObjectStore store = store()) {
      assertThatThrownBy(() -> store.writeIf("p", new byte[1], UNCHANGED))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll("s3://bucket/data/p", message, code);
    }
    assertThat(requests).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({"429, TooManyRequests", "403, RequestTimeTooSkewed"})
  void aConditionalWriteThatIsRefusedForAMomentIsRepeated(int status, String code) {
    AtomicInteger refusals = new AtomicInteger(2);
    answer =
        exchange -> {
          if (refusals.getAndDecrement() > 0) {
            error(status, code).to(exchange);
          } else {
            ok("").to(exchange);
          }
        };
    try (ObjectStore store = store()) {
      assertThat(store.writeIf("p", new byte[1], UNCHANGED)).isInstanceOf(Written.class);
      assertThat(requests).hasValue(3);
    }
  }

  @Test
  void aClockThatStaysWrongIsACertainRefusal() {
    answer = error(403, "RequestTimeTooSkewed");
    try (ObjectStore store = store()) {
      assertThatThrownBy(() -> store.writeIf("p", new byte[1], UNCHANGED))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll("s3://bucket/data/p", "clock", "RequestTimeTooSkewed");
    }
  }

  @Test
  void aServerThatAsksForAnHourIsAskedAgainSooner() {
    answer =
        exchange -> {
          if (requests.get() == 1) {
            exchange.getResponseHeaders().set("Retry-After", "3600");
            error(503, "SlowDown").to(exchange);
          } else {
            ok("content").to(exchange);
          }
        };
    try (ObjectStore store = store()) {
      assertThat(store.read("a", 100)).isPresent();
    }
    assertThat(requests).hasValue(2);
  }

  @Test
  void readingIsRetried() {
    answer =
        exchange -> {
          if (requests.get() == 1) {
            error(500, "InternalError").to(exchange);
          } else if (requests.get() == 2) {
            hangUp(exchange);
          } else {
            ok("content").to(exchange);
          }
        };
    try (ObjectStore store = store()) {
      assertThat(store.read("a", 100).orElseThrow().content()).isEqualTo("content".getBytes(UTF_8));
    }
    assertThat(requests).hasValue(3);
  }

  @Test
  void anAnswerThatEndsEarlyIsReadAgain() {
    answer =
        exchange -> {
          if (requests.get() % 2 == 1) {
            exchange.getResponseHeaders().set("ETag", "\"1\"");
            exchange.sendResponseHeaders(200, 7);
            exchange.getResponseBody().write("con".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            throw new IOException("closes the connection");
          }
          ok("content").to(exchange);
        };
    try (ObjectStore store = store()) {
      assertThat(store.read("a", 100).orElseThrow().content()).isEqualTo("content".getBytes(UTF_8));
      assertThat(store.download("a", directory.resolve("target"))).contains(7L);
    }
    assertThat(directory.resolve("target")).hasContent("content");
    assertThat(requests).hasValue(4);
  }

  @Test
  void askingWhetherAnObjectChangedIsOneRequest() {
    answer = error(304, "");
    try (ObjectStore store = store()) {
      assertThat(store.readIfChanged("a", new ObjectTag("\"0\""), 1))
          .isEqualTo(new ConditionalRead.Unchanged());
    }
    assertThat(requests).hasValue(1);
  }

  @Test
  void aMissingObjectIsNoMissingBucketAndTheBucketIsLookedForOnce() {
    answer =
        exchange -> {
          boolean head = exchange.getRequestMethod().equals("HEAD");
          (head ? error(404, "") : ok("<ListBucketResult/>")).to(exchange);
        };
    try (ObjectStore store = store()) {
      assertThat(store.stat("a")).isEmpty();
      assertThat(requests).hasValue(2);
      assertThat(store.stat("b")).isEmpty();
      assertThat(requests).hasValue(3);
    }
  }

  @Test
  void anObjectThatIsTooLargeIsNotReadToItsEnd() {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("ETag", "\"1\"");
          exchange.sendResponseHeaders(200, 1L << 40); // Nobody waits for that.
          exchange.getResponseBody().flush();
        };
    try (ObjectStore store = store()) {
      assertThatThrownBy(() -> store.read("a", 10))
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContainingAll("s3://bucket/data/a", "at most 10 bytes", "found 1099511627776");
    }
    assertThat(requests).hasValue(1);
  }

  @Test
  void retriesEndAndTheLastFailureIsTold() {
    answer = error(500, "InternalError");
    try (ObjectStore store = store()) {
      assertThatThrownBy(() -> store.write("a", new byte[1]))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll(
              "write s3://bucket/data/a", "the server failed", "InternalError", "request id R1");
    }
    assertThat(requests).hasValue(6);
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, access denied; check that the credentials may do this in the bucket",
    "403, InvalidAccessKeyId, the credentials were not accepted",
    "403, SignatureDoesNotMatch, the credentials were not accepted",
    "400, ExpiredToken, the credentials have expired; renew them",
    "404, NoSuchBucket, the bucket 'bucket' does not exist",
    "301, PermanentRedirect, the bucket 'bucket' is in another region",
    "400, AuthorizationHeaderMalformed, the bucket 'bucket' is in another region",
    "400, KeyTooLongError, the request was refused: because"
  })
  void aRefusalSaysWhatToDo(int status, String code, String message) {
    answer = error(status, code);
    try (ObjectStore store = store()) {
      List<Runnable> calls =
          List.of(
              () -> store.read("a", 1),
              () -> store.readIfChanged("a", new ObjectTag("\"0\""), 1),
              () -> store.download("a", directory.resolve("target")),
              () -> store.write("a", new byte[1]),
              () -> first(store, "a"),
              () -> store.delete(List.of("a")));
      for (Runnable call : calls) {
        assertThatThrownBy(call::run)
            .isExactlyInstanceOf(StorageException.class)
            .hasMessageContainingAll(
                "s3://bucket", "at http://127.0.0.1:", message, code, "HTTP " + status)
            .hasMessageNotContaining("hush");
      }
    }
  }

  private static void first(ObjectStore store, String prefix) {
    assertThat(store.list(prefix).findFirst()).isEmpty();
  }

  @Test
  void deletionsThatFailAreNamed() {
    answer =
        ok(
            "<DeleteResult><Error><Key>data/a</Key><Code>AccessDenied</Code><Message>no</Message>"
                + "</Error><Error><Key>data/b</Key><Code>NoSuchKey</Code><Message>no</Message>"
                + "</Error></DeleteResult>");
    try (ObjectStore store = store()) {
      assertThatThrownBy(() -> store.delete(List.of("a", "b", "c")))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll("1 were not deleted", "s3://bucket/data/a", "AccessDenied");
    }
  }

  @Test
  void nobodyListensAtTheEndpoint() throws Exception {
    URI free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
    try (ObjectStore store = store(free)) {
      assertThatThrownBy(() -> store.read("a", 1))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll(
              "read s3://bucket/data/a at " + free, "no connection; check the endpoint");
      assertThatThrownBy(() -> store.writeIf("a", new byte[1], ABSENT))
          .as("nothing was sent")
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContaining("no connection");
    }
  }

  @Test
  void aServerThatAsksForTimeGetsIt() {
    Answer busy = error(503, "SlowDown");
    Answer fine = ok("x");
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "2");
          (requests.get() == 1 ? busy : fine).to(exchange);
        };
    long begin = System.nanoTime();
    try (ObjectStore store = store()) {
      assertThat(store.read("a", 1)).isPresent();
    }
    // Without the header it is a second at most.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
    assertThat(requests).hasValue(2);
  }

  @Test
  void anUnknownHostIsNamed() {
    try (ObjectStore store = store(URI.create("http://no-such-host.invalid"))) {
      assertThatThrownBy(() -> store.writeIf("a", new byte[1], ABSENT))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll("http://no-such-host.invalid", "unknown host");
    }
  }

  @Test
  void aProfileThatDoesNotExistIsNamed() {
    URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    StoreOptions options =
        options(endpoint).s3Credentials(S3Credentials.profile("no-such-profile")).build();
    try (ObjectStore store = ObjectStores.open("s3://bucket/data", options)) {
      assertThatThrownBy(() -> store.read("a", 1))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll("s3://bucket/data/a", "no credentials found", "profile");
    }
    assertThat(requests).hasValue(0);
  }

  @Test
  void openingAsksNothing() {
    assertThatCode(
            () -> {
              try (ObjectStore store = store()) {
                store.list("").close();
              }
            })
        .doesNotThrowAnyException();
    assertThat(requests).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Expect", "x-amz-trailer", "x-amz-sdk-checksum-algorithm"})
  void whatCompatibleServersDoNotKnowIsNotSent(String header) {
    AtomicInteger seen = new AtomicInteger();
    answer =
        exchange -> {
          var headers = exchange.getRequestHeaders();
          String signed = String.valueOf(headers.getFirst("x-amz-content-sha256"));
          if (headers.containsKey(header) || signed.startsWith("STREAMING")) {
            seen.incrementAndGet();
          }
          exchange.getResponseHeaders().set("ETag", "\"1\"");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        };
    URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    StoreOptions options = options(endpoint).s3Checksums(false).build();
    try (ObjectStore store = ObjectStores.open("s3://bucket/data", options)) {
      store.write("a", new byte[100]);
      store.writeIf("a", new byte[100], ABSENT);
    }
    assertThat(seen).hasValue(0);
    assertThat(requests).hasValue(2);
  }

  private static Answer ok(String body) {
    byte[] bytes = body.getBytes(UTF_8);
    return exchange -> {
      exchange.getResponseHeaders().set("ETag", "\"1\"");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    };
  }
}
