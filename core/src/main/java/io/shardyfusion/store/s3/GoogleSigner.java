package io.shardyfusion.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Signs requests with an HMAC key as Google Cloud Storage asks for ({@code GOOG4-HMAC-SHA256}).
 *
 * <p>Its XML interface takes requests that are signed for AWS, but none with headers of both
 * families: where {@code x-goog-if-generation-match} is sent, {@code x-amz-date} must not be. The
 * algorithm is that of AWS' signature version 4 with other names; see "V4 signing process" in
 * Google's documentation of authentication for Cloud Storage.
 */
final class GoogleSigner implements HttpSigner<AwsCredentialsIdentity> {

  /**
   * The names in which the two families differ.
   *
   * @param algorithm what the Authorization header begins with
   * @param secretPrefix what the secret is preceded by
   * @param service the service in the scope
   * @param terminator the end of the scope
   * @param headers what the names of the headers begin with
   */
  record Family(
      String algorithm, String secretPrefix, String service, String terminator, String headers) {

    static final Family GOOGLE =
        new Family("GOOG4-HMAC-SHA256", "GOOG4", "storage", "goog4_request", "x-goog-");
  }

  /** Headers that are changed on the way, or added late. */
  private static final Set<String> NOT_SIGNED =
      Set.of("user-agent", "accept-encoding", "connection", "expect", "transfer-encoding");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Family family;

  GoogleSigner(Family family) {
    this.family = family;
  }

  @Override
  public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
    // The SDK's, which follows the server's once that has said that this machine's is wrong.
    Clock clock = request.requireProperty(SIGNING_CLOCK, Clock.systemUTC());
    String time = TIME.format(clock.instant());
    String region = request.requireProperty(AwsV4HttpSigner.REGION_NAME, "auto");
    String scope =
        String.join("/", time.substring(0, 8), region, family.service(), family.terminator());
    String content = contentSha256(request.payload().orElse(null));
    SdkHttpRequest.Builder signed = request.request().toBuilder();
    signed.putHeader(family.headers() + "date", time);
    signed.putHeader(family.headers() + "content-sha256", content);
    signed.putHeader("host", host(request.request()));
    Map<String, String> headers = canonicalHeaders(signed);
    String names = String.join(";", headers.keySet());
    String canonical =
        String.join(
            "\n",
            request.request().method().name(),
            request.request().encodedPath(),
            canonicalQuery(request.request()),
            headers.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining()),
            names,
            content);
    String toSign = String.join("\n", family.algorithm(), time, scope, sha256(canonical));
    byte[] key = utf8(family.secretPrefix() + request.identity().secretAccessKey());
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    signed.putHeader(
        "Authorization",
        family.algorithm()
            + " Credential="
            + request.identity().accessKeyId()
            + "/"
            + scope
            + ", SignedHeaders="
            + names
            + ", Signature="
            + HexFormat.of().formatHex(hmac(key, toSign)));
    return SignedRequest.builder()
        .request(signed.build())
        .payload(request.payload().orElse(null))
        .build();
  }

  @Override
  public CompletableFuture<AsyncSignedRequest> signAsync(
      AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
    throw new UnsupportedOperationException("only the synchronous client is used");
  }

  private static String host(SdkHttpRequest request) {
    return SdkHttpUtils.isUsingStandardPort(request.protocol(), request.port())
        ? request.host()
        : request.host() + ":" + request.port();
  }

  private static Map<String, String> canonicalHeaders(SdkHttpRequest.Builder request) {
    Map<String, String> headers = new TreeMap<>();
    request.forEachHeader(
        (name, values) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (!NOT_SIGNED.contains(lower)) {
            headers.put(
                lower,
                values.stream()
                    .map(value -> value.strip().replaceAll(" +", " "))
                    .collect(Collectors.joining(",")));
          }
        });
    return headers;
  }

  private static String canonicalQuery(SdkHttpRequest request) {
    Map<String, List<String>> sorted = new TreeMap<>();
    request.forEachRawQueryParameter(
        (name, values) ->
            sorted.put(
                SdkHttpUtils.urlEncode(name),
                values.stream().map(v -> v == null ? "" : SdkHttpUtils.urlEncode(v)).toList()));
    return sorted.entrySet().stream()
        .flatMap(entry -> entry.getValue().stream().map(value -> entry.getKey() + "=" + value))
        .collect(Collectors.joining("&"));
  }

  private static String contentSha256(@Nullable ContentStreamProvider payload) {
    if (payload == null) {
      return sha256("");
    }
    MessageDigest digest = digest();
    byte[] buffer = new byte[1 << 13];
    try (InputStream content = payload.newStream()) {
      for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String sha256(String text) {
    return HexFormat.of().formatHex(digest().digest(utf8(text)));
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(utf8(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
