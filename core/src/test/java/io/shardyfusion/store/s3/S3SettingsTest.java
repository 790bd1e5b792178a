package io.shardyfusion.store.s3;

import static io.shardyfusion.testing.ProxiedRequest.method;
import static io.shardyfusion.testing.ProxiedRequest.parameter;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.S3ConditionalWrites;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.S3Encryption;
import io.shardyfusion.store.S3ObjectSettings;
import io.shardyfusion.store.S3Transfers;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Fault;
import io.shardyfusion.testing.FaultProxy;
import io.shardyfusion.testing.FaultRule;
import io.shardyfusion.testing.MotoServer;
import io.shardyfusion.testing.ProxiedExchange;
import io.shardyfusion.testing.ProxiedRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options make of requests. */
class S3SettingsTest extends ProxiedStoreTest {

  @TempDir Path directory;

  private static ObjectStore open(StoreOptions.Builder options) {
    return ObjectStores.open("s3://" + server.bucket() + "/settings", options.build());
  }

  private List<ProxiedRequest> requests() {
    return proxy.exchanges().stream().map(e -> e.request()).toList();
  }

  /** Answers what the server would not know. */
  private void acceptEverything() {
    Fault.Answer yes = Fault.answer(200, "").withHeader("ETag", "\"1\"");
    proxy.always(method("PUT"), yes);
  }

  @Test
  void filesHaveTagsAndAStorageClassAndSmallObjectsHaveNot() throws Exception {
    acceptEverything();
    Path file = Files.write(directory.resolve("file"), new byte[10]);
    try (ObjectStore store =
        open(
            options()
                .s3Objects(
                    new S3ObjectSettings(
                        null, "STANDARD_IA", Map.of("team", "search & co", "app", "x"))))) {
      store.upload("file", file);
      store.write("object", new byte[1]);
    }
    assertThat(requests()).hasSize(2);
    assertThat(requests().get(0).headers())
        .containsEntry("x-amz-storage-class", "STANDARD_IA")
        .containsEntry("x-amz-tagging", "app=x&team=search%20%26%20co");
    assertThat(requests().get(1).headers())
        .doesNotContainKeys("x-amz-storage-class", "x-amz-tagging");
  }

  @Test
  void everyObjectIsEncryptedAsAsked() throws Exception {
    acceptEverything();
    Path file = Files.write(directory.resolve("file"), new byte[10]);
    for (String encryption : List.of("s3", "kms", "kms:alias/snapshots")) {
      S3ObjectSettings settings = new S3ObjectSettings(S3Encryption.of(encryption), null, Map.of());
      StoreOptions.Builder options =
          options().s3Objects(settings).s3ConditionalWrites(S3ConditionalWrites.ETAG);
      proxy.forget();
      try (ObjectStore store = open(options)) {
        store.upload("file", file);
        store.write("object", new byte[1]);
        store.writeIf("pointer", new byte[1], new Expectation.Absent());
      }
      assertThat(requests())
          .hasSize(3)
          .allSatisfy(
              request -> {
                assertThat(request.header("x-amz-server-side-encryption"))
                    .hasValue(encryption.equals("s3") ? "AES256" : "aws:kms");
                assertThat(request.header("x-amz-server-side-encryption-aws-kms-key-id"))
                    .isEqualTo(
                        encryption.contains(":")
                            ? Optional.of("alias/snapshots")
                            : Optional.empty());
              });
    }
  }

  @Test
  void whoAsksPaysForEveryRequest() throws Exception {
    Path file = Files.write(directory.resolve("file"), new byte[10]);
    try (MotoServer moto = MotoServer.start();
        FaultProxy seen = FaultProxy.to(moto.endpoint());
        ObjectStore store = open(options().s3Endpoint(seen.endpoint()).s3RequesterPays(true))) {
      store.write("a", new byte[1]);
      store.upload("b", file);
      store.read("a", 1);
      store.stat("a");
      store.download("b", directory.resolve("target"));
      store.list("").close();
      assertThat(store.list("")).isNotEmpty();
      store.writeIf("c", new byte[1], new Expectation.Absent());
      store.delete(List.of("a", "b", "c"));
      assertThat(seen.exchanges())
          .hasSizeGreaterThan(8)
          .allSatisfy(
              e -> assertThat(e.request().header("x-amz-request-payer")).hasValue("requester"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileInPartsIsDescribedWhereItBegins(boolean checksums) throws Exception {
    int part = (int) S3Transfers.MIN_PART_BYTES;
    Path file = Files.write(directory.resolve("file"), new byte[part + 1]);
    try (MotoServer moto = MotoServer.start();
        FaultProxy seen = FaultProxy.to(moto.endpoint());
        ObjectStore store =
            open(
                options()
                    .s3Endpoint(seen.endpoint())
                    .s3Checksums(checksums)
                    .s3RequesterPays(true)
                    .s3Transfers(new S3Transfers(part, part, 1))
                    .s3Objects(
                        new S3ObjectSettings(
                            S3Encryption.of("kms:alias/snapshots"),
                            "STANDARD_IA",
                            Map.of("team", "search + co"))))) {
      store.upload("file", file);
      FaultRule denied = seen.once(method("PUT"), Fault.answer(403, "AccessDenied"));
      assertThatThrownBy(() -> store.upload("other", file)).isInstanceOf(StorageException.class);
      assertThat(denied.fired()).isEqualTo(1);

      assertThat(seen.exchanges(parameter("uploads")))
          .hasSize(2)
          .allSatisfy(
              e ->
                  assertThat(described(e.request()))
                      .isEqualTo(
                          with(
                              checksums ? Map.of("x-amz-checksum-algorithm", "CRC32") : Map.of(),
                              Map.of(
                                  "x-amz-server-side-encryption", "aws:kms",
                                  "x-amz-server-side-encryption-aws-kms-key-id", "alias/snapshots",
                                  "x-amz-storage-class", "STANDARD_IA",
                                  "x-amz-tagging", "team=search%20%2B%20co"))));
      List<ProxiedExchange> parts = seen.exchanges(parameter("partNumber"));
      assertThat(parts).hasSizeGreaterThanOrEqualTo(3);
      assertThat(described(parts.get(1).request()))
          .isEqualTo(with(checksums ? Map.of("x-amz-checksum-crc32", "0gLvjQ==") : Map.of()));
      assertThat(seen.exchanges(method("POST").and(parameter("uploadId"))))
          .hasSize(1)
          .allSatisfy(e -> assertThat(described(e.request())).isEqualTo(with()));
      assertThat(seen.exchanges(method("DELETE").and(parameter("uploadId"))))
          .hasSize(1)
          .allSatisfy(e -> assertThat(described(e.request())).isEqualTo(with()));
    }
  }

  /** The headers of S3 that a request has, but those that sign it. */
  private static Map<String, String> described(ProxiedRequest request) {
    Map<String, String> headers = new TreeMap<>(request.headers());
    headers.keySet().removeIf(name -> !name.startsWith("x-amz-"));
    headers.keySet().removeAll(List.of("x-amz-content-sha256", "x-amz-date"));
    return headers;
  }

  /** Those headers, and that who asks pays. */
  @SafeVarargs
  private static Map<String, String> with(Map<String, String>... headers) {
    Map<String, String> all = new TreeMap<>(Map.of("x-amz-request-payer", "requester"));
    List.of(headers).forEach(all::putAll);
    return all;
  }

  @Test
  void theUserAgentSaysWhoAsks() {
    try (ObjectStore store = open(options().userAgentSuffix("job/nightly"))) {
      store.read("a", 1);
    }
    assertThat(requests().get(0).header("user-agent").orElseThrow())
        .matches(".* shardyfusion/[0-9A-Za-z.-]+ job/nightly");
    assertThatThrownBy(() -> StoreOptions.builder().userAgentSuffix("a\nb"))
        .isInstanceOf(InvalidRequestException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWriteHasAChecksumUnlessItIsSwitchedOff(boolean on) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "hello");
    try (ObjectStore store = open(options().s3Checksums(on))) {
      store.upload("file", file);
      store.write("object", "hello".getBytes(UTF_8));
      store.delete(List.of("file"));
    }
    proxy
        .exchanges(method("PUT"))
        .forEach(
            e ->
                assertThat(e.request().header("x-amz-checksum-crc32").orElse("none"))
                    .isEqualTo(on ? "NhCmhg==" : "none"));
    ProxiedRequest deletion = proxy.exchanges(parameter("delete")).get(0).request();
    assertThat(deletion.headers()).containsKey(on ? "x-amz-checksum-crc32" : "content-md5");
  }

  @Test
  void aRoleIsAssumedBeforeTheFirstRequest() {
    try (MotoServer moto = MotoServer.start();
        FaultProxy seen = FaultProxy.to(moto.endpoint())) {
      System.setProperty("aws.endpointUrlSts", seen.endpoint().toString());
      try (ObjectStore store =
          ObjectStores.open(
              "s3://" + moto.bucket() + "/role",
              options()
                  .s3Endpoint(seen.endpoint())
                  .s3Region("eu-central-1")
                  .s3Credentials(
                      new S3Credentials.Role(
                          "arn:aws:iam::123456789012:role/writer",
                          "customer-7",
                          S3Credentials.keys("base", "hush")))
                  .build())) {
        store.write("a", new byte[1]);
        store.write("b", new byte[1]);
      } finally {
        System.clearProperty("aws.endpointUrlSts");
      }
      List<ProxiedRequest> requests = seen.exchanges().stream().map(e -> e.request()).toList();
      assertThat(requests).extracting(ProxiedRequest::method).containsExactly("POST", "PUT", "PUT");
      assertThat(requests.get(0).header("authorization").orElseThrow())
          .contains("Credential=base/", "/eu-central-1/sts/");
      assertThat(requests.subList(1, 3))
          .allSatisfy(
              r -> {
                assertThat(r.headers()).containsKey("x-amz-security-token");
                assertThat(r.header("authorization").orElseThrow()).doesNotContain("base/");
              });
    }
  }

  @Test
  void aRoleThatCannotBeAssumedIsNotTakenForARightOnTheBucket() {
    proxy.always(method("POST"), Fault.answer(403, "AccessDenied"));
    System.setProperty("aws.endpointUrlSts", proxy.endpoint().toString());
    try (ObjectStore store =
        open(
            options()
                .s3Region("eu-central-1")
                .s3Credentials(
                    new S3Credentials.Role(
                        "arn:aws:iam::123456789012:role/writer",
                        null,
                        S3Credentials.keys("base", "hush"))))) {
      assertThatThrownBy(() -> store.read("a", 1))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll("the role", "trust policy")
          .hasMessageNotContaining("s3:ListBucket");
    } finally {
      System.clearProperty("aws.endpointUrlSts");
    }
  }

  @Test
  void onlyTheCertificatesOfTheFileAreTrusted() throws Exception {
    try (SecureServer secure =
        SecureServer.start(
            directory,
            exchange -> {
              exchange.getRequestBody().readAllBytes();
              exchange.getResponseHeaders().set("ETag", "\"1\"");
              exchange.sendResponseHeaders(200, -1);
              exchange.close();
            })) {
      StoreOptions.Builder options = options().s3Endpoint(secure.endpoint());
      try (ObjectStore store = open(options)) {
        assertThatThrownBy(() -> store.read("a", 1))
            .isExactlyInstanceOf(StorageException.class)
            .hasMessageContainingAll("no secure connection", "certificate");
      }
      try (ObjectStore store = open(options.s3TrustedCertificates(secure.certificate()))) {
        store.write("a", new byte[1]);
      }
      Path none = Files.writeString(directory.resolve("none.pem"), "");
      Path missing = directory.resolve("missing.pem");
      for (Path file : List.of(none, missing)) {
        try (ObjectStore store = open(options.s3TrustedCertificates(file))) {
          assertThatThrownBy(() -> store.write("a", new byte[1]))
              .isInstanceOf(InvalidRequestException.class)
              .hasMessageContaining(file.toString());
        }
      }
    }
  }

  @Test
  void noSecretIsShownByAnyOption() {
    StoreOptions options =
        StoreOptions.builder()
            .s3Credentials(
                new S3Credentials.Role(
                    "arn:aws:iam::123456789012:role/writer",
                    "hush-id",
                    new S3Credentials.Keys("AKIA", "hush-secret", "hush-token")))
            .build();
    assertThat(options.toString())
        .contains("AKIA", "role/writer")
        .doesNotContain("hush-secret", "hush-token", "hush-id");
  }
}
