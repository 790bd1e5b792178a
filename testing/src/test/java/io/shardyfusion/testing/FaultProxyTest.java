package io.shardyfusion.testing;

import static io.shardyfusion.testing.ProxiedRequest.any;
import static io.shardyfusion.testing.ProxiedRequest.method;
import static io.shardyfusion.testing.ProxiedRequest.object;
import static io.shardyfusion.testing.ProxiedRequest.parameter;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultProxyTest {

  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    proxy = FaultProxy.to(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    server.stop(0);
    threads.shutdownNow();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    Await.until(
        "the proxy's threads ended",
        Duration.ofSeconds(30),
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("fault-proxy-")));
  }

  /** Echoes the body; tells of what it got in headers. */
  private void answer(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    seen.add(method + " " + exchange.getRequestURI());
    byte[] body = exchange.getRequestBody().readAllBytes();
    var answer = exchange.getResponseHeaders();
    answer.set("Got-Host", exchange.getRequestHeaders().getFirst("Host"));
    answer.set("Got-If-Match", String.valueOf(exchange.getRequestHeaders().getFirst("If-Match")));
    answer.set("ETag", "\"1\"");
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/unchanged")) {
      exchange.sendResponseHeaders(304, -1);
    } else if (path.equals("/chunked")) {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(body);
    } else if (method.equals("HEAD") || body.length == 0) {
      exchange.sendResponseHeaders(path.equals("/missing") ? 404 : 200, -1);
    } else {
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  @Test
  void withoutRulesEverythingPassesAsItIs() throws Exception {
    byte[] content = new byte[1_000_003];
    new Random(1).nextBytes(content);
    for (String path : List.of("/b/a%20b%2Fc?x=%C3%A4&y", "/chunked")) {
      HttpRequest put =
          request(path)
              .PUT(BodyPublishers.ofByteArray(content))
              .header("If-Match", "\"7\"")
              .build();
      HttpResponse<byte[]> answer = http.send(put, BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(content);
      assertThat(answer.headers().firstValue("Got-Host")).contains(proxy.endpoint().getAuthority());
      assertThat(answer.headers().firstValue("Got-If-Match")).contains("\"7\"");
      assertThat(answer.headers().firstValue("ETag")).contains("\"1\"");
    }
    assertThat(seen).containsExactly("PUT /b/a%20b%2Fc?x=%C3%A4&y", "PUT /chunked");
    assertThat(lines()).containsExactly("PUT /b/a%20b%2Fc?x=%C3%A4&y 200", "PUT /chunked 200");
    assertThat(proxy.exchanges().get(0).request().header("if-match")).contains("\"7\"");
  }

  @Test
  void aBodyInChunksPasses() throws Exception {
    byte[] content = new byte[100_000];
    new Random(2).nextBytes(content);
    HttpRequest put =
        request("/chunked")
            .PUT(
                BodyPublishers.ofInputStream(
                    () -> new ByteArrayInputStream(content))) // Of unknown size.
            .build();
    assertThat(http.send(put, BodyHandlers.ofByteArray()).body()).isEqualTo(content);
    assertThat(proxy.exchanges().get(0).request().header("Transfer-Encoding")).contains("chunked");
  }

  @Test
  void aConnectionGoesOnWhateverTheAnswers() throws Exception {
    proxy.once(object("GET", "/503"), Fault.answer(503, "SlowDown"));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.endpoint().getPort())) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      assertThat(ask(socket, in, "HEAD /missing HTTP/1.1", "")).startsWith("HTTP/1.1 404 ");
      assertThat(ask(socket, in, "GET /unchanged HTTP/1.1", "")).startsWith("HTTP/1.1 304 ");
      assertThat(ask(socket, in, "GET /503 HTTP/1.1", "")).startsWith("HTTP/1.1 503 ");
      assertThat(ask(socket, in, "HEAD /a HTTP/1.1", "")).startsWith("HTTP/1.1 200 ");
      assertThat(ask(socket, in, "PUT /a HTTP/1.1", "Expect: 100-continue\r\n"))
          .startsWith("HTTP/1.1 100 ");
      assertThat(HttpHead.read(in).first()).startsWith("HTTP/1.1 200 ");
      assertThat(ask(socket, in, "GET /last HTTP/1.1", "Connection: close\r\n"))
          .startsWith("HTTP/1.1 200 ");
      assertThat(in.read()).isEqualTo(-1);
    }
    assertThat(lines())
        .containsExactly(
            "HEAD /missing 404",
            "GET /unchanged 304",
            "GET /503 503",
            "HEAD /a 200",
            "PUT /a 200",
            "GET /last 200");
  }

  @Test
  void anAnswerInTheServersPlaceIsOneOfS3() throws Exception {
    FaultRule rule =
        proxy.times(
            2,
            object("PUT", "/_CURRENT"),
            Fault.answer(301, "PermanentRedirect").withHeader("x-amz-bucket-region", "eu-west-1"));
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> answer = put("/b/_CURRENT", "content");
      assertThat(answer.statusCode()).isEqualTo(301);
      assertThat(answer.body())
          .contains("<Code>PermanentRedirect</Code>", "<Resource>/b/_CURRENT</Resource>");
      assertThat(answer.headers().firstValue("x-amz-bucket-region")).contains("eu-west-1");
    }
    assertThat(put("/b/_CURRENT", "content").body()).isEqualTo("content");
    assertThat(put("/b/other", "content").statusCode()).isEqualTo(200);
    assertThat(rule.fired()).isEqualTo(2);
    assertThat(seen).containsExactly("PUT /b/_CURRENT", "PUT /b/other");
  }

  @Test
  void aConnectionIsDroppedBeforeOrAfterTheEffect() throws Exception {
    proxy.once(object("PUT", "/before"), Fault.dropRequest());
    proxy.once(object("PUT", "/after"), Fault.dropResponse());
    assertThatThrownBy(() -> put("/before", "x")).isInstanceOf(IOException.class);
    assertThat(seen).isEmpty();
    assertThatThrownBy(() -> put("/after", "x")).isInstanceOf(IOException.class);
    assertThat(seen).containsExactly("PUT /after");
    assertThat(lines()).containsExactly("PUT /before 0", "PUT /after 0");
  }

  @Test
  void aBodyIsCutWhereTheTestWantsIt() throws Exception {
    proxy.always(method("PUT"), Fault.cutBodyAfter(10));
    HttpRequest put = request("/a").PUT(BodyPublishers.ofString("x".repeat(11))).build();
    HttpResponse<InputStream> answer = http.send(put, BodyHandlers.ofInputStream());
    assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(11);
    try (InputStream body = answer.body()) {
      assertThat(body.readNBytes(10)).hasSize(10);
      assertThatThrownBy(body::read).isInstanceOf(IOException.class);
    }
    assertThat(put("/a", "x".repeat(10)).body()).hasSize(10);
    assertThat(lines()).containsExactly("PUT /a 200", "PUT /a 200");
  }

  @Test
  void aRequestIsHeldUntilTheTestReleasesIt() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    FaultRule rule = proxy.once(object("PUT", "/held"), Fault.hold(released));
    CompletableFuture<HttpResponse<String>> held =
        http.sendAsync(
            request("/held").PUT(BodyPublishers.ofString("x")).build(), BodyHandlers.ofString());
    rule.awaitFired(1);
    assertThat(put("/other", "x").statusCode()).isEqualTo(200);
    assertThat(seen).containsExactly("PUT /other");
    assertThat(lines()).containsExactly("PUT /held 0", "PUT /other 200");
    released.countDown();
    assertThat(held.get().statusCode()).isEqualTo(200);
    assertThat(lines()).containsExactly("PUT /held 200", "PUT /other 200");
  }

  @Test
  void anAnswerIsHeldAfterTheEffect() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    proxy.once(object("PUT", "/held"), Fault.holdResponse(released));
    CompletableFuture<HttpResponse<String>> held =
        http.sendAsync(
            request("/held").PUT(BodyPublishers.ofString("x")).build(), BodyHandlers.ofString());
    Await.until("the effect", Duration.ofSeconds(30), () -> seen.contains("PUT /held"));
    assertThat(held).isNotDone();
    released.countDown();
    assertThat(held.get().body()).isEqualTo("x");
  }

  @Test
  void anAnswerTrickles() throws Exception {
    proxy.once(any(), Fault.trickle(100, Duration.ofMillis(1)));
    assertThat(put("/a", "x".repeat(1050)).body()).hasSize(1050);
  }

  @Test
  void headersAreTakenAwayAndAnotherRuleAppliesToo() throws Exception {
    proxy.always(any(), Fault.withoutHeaders("If-Match", "If-None-Match"));
    proxy.once(any(), Fault.answer(500, "InternalError"));
    HttpRequest put =
        request("/a").PUT(BodyPublishers.ofString("x")).header("If-Match", "\"7\"").build();
    assertThat(http.send(put, BodyHandlers.ofString()).statusCode()).isEqualTo(500);
    HttpResponse<String> answer = http.send(put, BodyHandlers.ofString());
    assertThat(answer.headers().firstValue("Got-If-Match")).contains("null");
    assertThat(proxy.exchanges())
        .allSatisfy(each -> assertThat(each.request().header("If-Match")).contains("\"7\""));
  }

  @Test
  void rulesAndRecordAreForgotten() throws Exception {
    proxy.always(parameter("list-type"), Fault.answer(403, "AccessDenied"));
    proxy.always(parameter("uploads"), Fault.answer(429, "SlowDown"));
    assertThat(put("/b?list-type=2&prefix=uploads", "").statusCode()).isEqualTo(403);
    assertThat(put("/b?uploads", "").statusCode()).isEqualTo(429);
    assertThat(put("/b?uploads2", "").statusCode()).isEqualTo(200);
    assertThat(proxy.exchanges(parameter("uploads"))).hasSize(1);
    proxy.heal();
    proxy.forget();
    assertThat(put("/b?uploads", "").statusCode()).isEqualTo(200);
    assertThat(lines()).containsExactly("PUT /b?uploads 200");
  }

  @Test
  void closingEndsWhatIsHeldAndRefusesConnections() {
    FaultRule rule = proxy.once(any(), Fault.hold(new CountDownLatch(1)));
    CompletableFuture<HttpResponse<String>> held =
        http.sendAsync(request("/held").build(), BodyHandlers.ofString());
    rule.awaitFired(1);
    proxy.close();
    proxy.close();
    assertThatThrownBy(held::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IOException.class);
    assertThatThrownBy(() -> put("/a", "x")).isInstanceOf(ConnectException.class);
    assertThat(seen).isEmpty();
  }

  private List<String> lines() {
    return proxy.exchanges().stream().map(ProxiedExchange::line).toList();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(proxy.endpoint() + path));
  }

  private HttpResponse<String> put(String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        request(path).PUT(BodyPublishers.ofString(body, UTF_8)).build(), BodyHandlers.ofString());
  }

  /** Sends a request without a body; the answer's first line. Its body is read, if it has one. */
  private static String ask(Socket socket, InputStream in, String first, String headers)
      throws IOException {
    String request = first + "\r\nHost: any\r\nContent-Length: 0\r\n" + headers + "\r\n";
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    HttpHead head = HttpHead.read(in);
    if (!first.startsWith("HEAD")) {
      in.readNBytes(Integer.parseInt(head.headers().getOrDefault("content-length", "0")));
    }
    return head.first();
  }
}
