package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** What {@link S3Server} promises, whatever the implementation. */
abstract class S3ServerContractTest {

  private static final int WRITERS = 16;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** A server that checks signatures; one for all tests of a class. */
  abstract S3Server server();

  @Test
  void anUnsignedRequestIsForbidden() throws Exception {
    send("PUT", "private", "1");
    for (String method : List.of("GET", "PUT", "DELETE")) {
      HttpRequest unsigned =
          HttpRequest.newBuilder(uri(server().endpoint(), "private"))
              .method(method, BodyPublishers.noBody())
              .build();
      assertThat(HTTP.send(unsigned, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
    }
  }

  @Test
  void aWrongSecretIsForbidden() throws Exception {
    HttpResponse<String> answer =
        HTTP.send(signed(server().endpoint(), "wrong", "GET", "a", ""), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("SignatureDoesNotMatch");
  }

  @Test
  void whatIsPutIsRead() throws Exception {
    assertThat(send("PUT", "dir/object", "hello").statusCode()).isEqualTo(200);
    assertThat(send("GET", "dir/object", "").body()).isEqualTo("hello");
    assertThat(send("GET", "missing", "").statusCode()).isEqualTo(404);
  }

  @Test
  void ifNoneMatchCreatesOnce() throws Exception {
    assertThat(send("PUT", "once", "1", "If-None-Match", "*").statusCode()).isEqualTo(200);
    assertThat(send("PUT", "once", "2", "If-None-Match", "*").statusCode()).isEqualTo(412);
    assertThat(send("GET", "once", "").body()).isEqualTo("1");
  }

  @Test
  void ifMatchReplacesOnlyWhatWasRead() throws Exception {
    String first = etag(send("PUT", "swap", "1"));
    String second = etag(send("PUT", "swap", "2", "If-Match", first));
    assertThat(send("PUT", "swap", "3", "If-Match", first).statusCode()).isEqualTo(412);
    assertThat(send("GET", "swap", "").body()).isEqualTo("2");
    assertThat(send("PUT", "absent", "3", "If-Match", second).statusCode()).isEqualTo(404);
  }

  @Test
  void aConditionalReadTellsUnchanged() throws Exception {
    String first = etag(send("PUT", "read", "1"));
    assertThat(send("GET", "read", "", "If-None-Match", first).statusCode()).isEqualTo(304);
    send("PUT", "read", "2");
    assertThat(send("GET", "read", "", "If-None-Match", first).body()).isEqualTo("2");
  }

  @Test
  void ofConcurrentConditionalWritesOneWins() throws Exception {
    assertThat(winners("race", "If-None-Match", "*")).isEqualTo(1);
    for (int round = 0; round < 10; round++) {
      String tag = etag(send("GET", "race", ""));
      assertThat(winners("race", "If-Match", tag)).as("round %s", round).isEqualTo(1);
    }
  }

  @Test
  void signaturesHoldThroughAProxy() throws Exception {
    send("PUT", "proxied", "hello");
    try (FaultProxy proxy = FaultProxy.to(server().endpoint())) {
      for (String secret : List.of(server().secretKey(), "wrong")) {
        HTTP.send(signed(proxy.endpoint(), secret, "GET", "proxied", ""), BodyHandlers.ofString());
      }
      assertThat(proxy.exchanges())
          .extracting(ProxiedExchange::line)
          .containsExactly(
              "GET /" + server().bucket() + "/proxied 200",
              "GET /" + server().bucket() + "/proxied 403");
    }
  }

  private long winners(String key, String header, String value) throws Exception {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      // An entity tag is a digest of the content, so no two may write the same.
      String content = "by " + i + " over " + value;
      HttpRequest put =
          signed(server().endpoint(), server().secretKey(), "PUT", key, content, header, value);
      answers.add(HTTP.sendAsync(put, BodyHandlers.ofString()));
    }
    long winners = 0;
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      int status = answer.get().statusCode();
      assertThat(status).isIn(200, 412);
      winners += status == 200 ? 1 : 0;
    }
    return winners;
  }

  private HttpResponse<String> send(String method, String key, String body, String... headers)
      throws IOException, InterruptedException, GeneralSecurityException {
    HttpRequest request =
        signed(server().endpoint(), server().secretKey(), method, key, body, headers);
    return HTTP.send(request, BodyHandlers.ofString());
  }

  private static String etag(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.headers().firstValue("ETag").orElseThrow();
  }

  private URI uri(URI endpoint, String key) {
    return endpoint.resolve("/" + server().bucket() + "/" + key);
  }

  /** AWS Signature Version 4 over host, content hash and date. */
  final HttpRequest signed(
      URI endpoint, String secret, String method, String key, String body, String... headers)
      throws GeneralSecurityException {
    return signedAs(server().accessKey(), endpoint, secret, method, key, body, headers);
  }

  final HttpRequest signedAs(
      String accessKey,
      URI endpoint,
      String secret,
      String method,
      String key,
      String body,
      String... headers)
      throws GeneralSecurityException {
    URI uri = uri(endpoint, key);
    String now =
        DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC)
            .format(Instant.now());
    String scope = now.substring(0, 8) + "/" + server().region() + "/s3/aws4_request";
    String canonical =
        String.join(
            "\n",
            method,
            uri.getPath(),
            "",
            "host:" + uri.getAuthority(),
            "x-amz-content-sha256:" + sha256(body),
            "x-amz-date:" + now,
            "",
            "host;x-amz-content-sha256;x-amz-date",
            sha256(body));
    byte[] signing = ("AWS4" + secret).getBytes(UTF_8);
    for (String part : scope.split("/", -1)) {
      signing = hmac(signing, part);
    }
    String toSign = String.join("\n", "AWS4-HMAC-SHA256", now, scope, sha256(canonical));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .header("x-amz-content-sha256", sha256(body))
            .header("x-amz-date", now)
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential="
                    + accessKey
                    + "/"
                    + scope
                    + ", SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="
                    + HexFormat.of().formatHex(hmac(signing, toSign)));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  private static String sha256(String text) throws GeneralSecurityException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    return HexFormat.of().formatHex(digest);
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }
}
