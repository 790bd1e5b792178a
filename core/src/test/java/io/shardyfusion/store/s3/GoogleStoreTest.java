package io.shardyfusion.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.shardyfusion.store.ConditionalRead;
import io.shardyfusion.store.ConditionalWrite.Conflict;
import io.shardyfusion.store.ConditionalWrite.Written;
import io.shardyfusion.store.Expectation.Absent;
import io.shardyfusion.store.Expectation.Unchanged;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.S3ConditionalWrites;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.StoredObject;
import io.shardyfusion.store.open.ObjectStores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/**
 * Google Cloud Storage as its documentation describes the XML interface: conditions of writes are
 * generations, {@code If-Match} on a write is ignored, and headers of both families are refused. It
 * stands behind a proxy here, so that the name of its host is the real one.
 */
class GoogleStoreTest {

  private static final URI GOOGLE = URI.create("http://storage.googleapis.com");

  private HttpServer server;
  private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  private final Map<String, Long> generations = new ConcurrentHashMap<>();
  private final AtomicLong lastGeneration = new AtomicLong(1_700_000_000_000_000L);
  private final List<HttpExchange> requests = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private ObjectStore open(S3ConditionalWrites kind, boolean checksums) {
    return ObjectStores.open(
        "s3://bucket/data",
        StoreOptions.builder()
            .s3Endpoint(GOOGLE)
            .s3Proxy(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
            .s3PathStyle(true)
            .s3Region("auto")
            .s3Checksums(checksums)
            .s3ConditionalWrites(kind)
            .s3Credentials(S3Credentials.keys("GOOG1ACCESS", "hush"))
            .build());
  }

  private void serve(HttpExchange exchange) throws IOException {
    requests.add(exchange);
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    var headers = exchange.getRequestHeaders();
    boolean amazon =
        headers.keySet().stream().anyMatch(h -> h.toLowerCase(Locale.ROOT).startsWith("x-amz-"));
    boolean google =
        headers.keySet().stream().anyMatch(h -> h.toLowerCase(Locale.ROOT).startsWith("x-goog-"));
    if (amazon && google || !"storage.googleapis.com".equals(headers.getFirst("Host"))) {
      answer(exchange, 400, "<Error><Code>ExcessHeaderValues</Code></Error>".getBytes(UTF_8));
      return;
    }
    switch (exchange.getRequestMethod()) {
      case "PUT" -> {
        String wanted = headers.getFirst("x-goog-if-generation-match");
        if (wanted != null && Long.parseLong(wanted) != generations.getOrDefault(path, 0L)) {
          answer(exchange, 412, "<Error><Code>PreconditionFailed</Code></Error>".getBytes(UTF_8));
          return;
        }
        objects.put(path, body);
        generations.put(path, lastGeneration.incrementAndGet());
        identify(exchange, path);
        answer(exchange, 200, new byte[0]);
      }
      case "GET" -> {
        if (!objects.containsKey(path)) {
          answer(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>".getBytes(UTF_8));
          return;
        }
        identify(exchange, path);
        String etag = exchange.getResponseHeaders().getFirst("ETag");
        boolean same = etag.equals(headers.getFirst("If-None-Match"));
        answer(exchange, same ? 304 : 200, same ? new byte[0] : objects.get(path));
      }
      case "DELETE" -> {
        boolean there = objects.remove(path) != null;
        generations.remove(path);
        answer(
            exchange,
            there ? 204 : 404,
            there ? new byte[0] : "<Error><Code>NoSuchKey</Code></Error>".getBytes(UTF_8));
      }
      default -> answer(exchange, 400, new byte[0]);
    }
  }

  private void identify(HttpExchange exchange, String path) {
    exchange.getResponseHeaders().set("ETag", "\"" + new String(objects.get(path), UTF_8) + "\"");
    exchange.getResponseHeaders().set("x-goog-generation", generations.get(path).toString());
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROBE", "GENERATION"})
  void writesAreConditionalOnGenerations(String kind) {
    for (boolean checksums : new boolean[] {true, false}) {
      objects.clear();
      generations.clear();
      try (ObjectStore store = open(S3ConditionalWrites.valueOf(kind), checksums)) {
        Written first = (Written) store.writeIf("_CURRENT", bytes("1"), new Absent());
        assertThat(store.writeIf("_CURRENT", bytes("x"), new Absent())).isEqualTo(new Conflict());
        Unchanged stale = new Unchanged(first.tag());
        assertThat(store.writeIf("_CURRENT", bytes("2"), stale)).isInstanceOf(Written.class);
        assertThat(store.writeIf("_CURRENT", bytes("3"), stale)).isEqualTo(new Conflict());

        StoredObject read = store.read("_CURRENT", 10).orElseThrow();
        assertThat(read.content()).isEqualTo(bytes("2"));
        assertThat(store.readIfChanged("_CURRENT", read.tag(), 10))
            .isEqualTo(new ConditionalRead.Unchanged());
        assertThat(store.readIfChanged("_CURRENT", first.tag(), 10))
            .isInstanceOf(ConditionalRead.Changed.class);
        assertThat(store.writeIf("_CURRENT", bytes("4"), new Unchanged(read.tag())))
            .isInstanceOf(Written.class);

        store.write("files/a", bytes("a"));
        store.delete(List.of("files/b", "files/a"));
        assertThat(objects.keySet()).containsExactly("/bucket/data/_CURRENT");
      }
    }
  }

  @Test
  void aConditionalWriteIsSignedWithGooglesNames() {
    try (ObjectStore store = open(S3ConditionalWrites.PROBE, true)) {
      store.writeIf("_CURRENT", bytes("1"), new Absent());
    }
    assertThat(requests).hasSize(1);
    var headers = requests.get(0).getRequestHeaders();
    assertThat(headers.getFirst("x-goog-if-generation-match")).isEqualTo("0");
    assertThat(headers.getFirst("x-goog-date")).matches("[0-9]{8}T[0-9]{6}Z");
    assertThat(headers.getFirst("Authorization"))
        .matches(
            "GOOG4-HMAC-SHA256 Credential=GOOG1ACCESS/[0-9]{8}/auto/storage/goog4_request,"
                + " SignedHeaders=[a-z0-9;-]*host;x-goog-content-sha256;x-goog-date;"
                + "x-goog-if-generation-match, Signature=[0-9a-f]{64}");
  }

  /** With Amazon's names in place of Google's, the algorithm is one that the SDK has too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9000/bucket/data/_CURRENT",
        "https://bucket.storage.googleapis.com/odd%20key%2Bplus/%C3%BC",
        "https://storage.googleapis.com/bucket?prefix=a%2Fb&list-type=2&delimiter="
      })
  void theSignatureIsAmazonsButForTheNames(String uri) {
    Clock clock = Clock.fixed(Instant.parse("2026-02-03T04:05:06Z"), ZoneOffset.UTC);
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.PUT)
            .uri(URI.create(uri))
            .putHeader("Content-Type", "application/octet-stream")
            .putHeader("x-amz-meta-spaces", "  a   b ")
            .build();
    ContentStreamProvider content = ContentStreamProvider.fromByteArray(bytes("content"));
    GoogleSigner.Family amazon =
        new GoogleSigner.Family("AWS4-HMAC-SHA256", "AWS4", "s3", "aws4_request", "x-amz-");
    AwsBasicCredentials credentials = AwsBasicCredentials.create("AKIA", "hush");
    SignedRequest ours =
        new GoogleSigner(amazon)
            .sign(
                r ->
                    r.identity(credentials)
                        .request(request)
                        .payload(content)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-central-1")
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock));
    SignedRequest theirs =
        AwsV4HttpSigner.create()
            .sign(
                r ->
                    r.identity(credentials)
                        .request(request)
                        .payload(content)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-central-1")
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock));
    assertThat(ours.request().firstMatchingHeader("Authorization"))
        .isEqualTo(theirs.request().firstMatchingHeader("Authorization"))
        .isPresent();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
