package io.shardyfusion.store.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.S3ConditionalWrites;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.S3Encryption;
import io.shardyfusion.store.S3ObjectSettings;
import io.shardyfusion.store.S3Transfers;
import io.shardyfusion.store.StoreOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectStoresTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "s3://bucket/a/b, s3://bucket/a/b",
    "s3://bucket/a/b///, s3://bucket/a/b",
    "s3://bucket, s3://bucket",
    "s3://bucket/, s3://bucket",
    "s3a://bucket/a, s3://bucket/a",
    "s3p://bucket/a, s3://bucket/a",
    "S3://my_old.Bucket-1/a, s3://my_old.Bucket-1/a",
    "s3://bucket/a b%20?c#d, s3://bucket/a%20b%2520%3Fc%23d",
    "file:///data/set, file:///data/set",
    "file:///data/set/, file:///data/set",
    "file:/data/set, file:///data/set",
    "FILE://localhost/data/set//, file:///data/set",
    "file:///data/a%20b, file:///data/a%20b",
    "file:///data/a b, file:///data/a%20b",
    "/data/set, file:///data/set",
    "/data//x/../set/, file:///data/set",
    "/data/a%20b c, file:///data/a%2520b%20c",
    "/, file:///",
  })
  void theRootIsTheUriWithoutItsVariations(String uri, URI root) {
    assertThat(root(uri)).isEqualTo(root);
  }

  @Test
  void aRelativePathIsRelativeToTheWorkingDirectory() {
    assertThat(root("some/where")).isEqualTo(root(Path.of("some/where").toAbsolutePath() + ""));
    assertThat(root("./a:b")).isEqualTo(root(Path.of("a:b").toAbsolutePath() + ""));
  }

  @Test
  void theRootOpensTheSameStoreWhetherItExistsOrNot() {
    String uri = directory.resolve("a b") + File.separator;
    URI before = root(uri);
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      store.write("x", new byte[1]);
    }
    assertThat(root(uri)).isEqualTo(before);
    try (ObjectStore again = ObjectStores.open(before.toString(), StoreOptions.defaults())) {
      assertThat(again.stat("x")).isPresent();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|found nothing",
        "'  '|found nothing",
        "http://host/x|the scheme 'http'",
        "hdfs://host/x|the scheme 'hdfs'",
        "gs://bucket|the scheme 'gs'",
        "s3:bucket/x|without '//'",
        "s3:///x|found no bucket",
        "s3://|found no bucket",
        "s3://b|found 'b'",
        "s3://buc ket/x|found 'buc ket'",
        "s3://bucket/a/../b|has the part '..'",
        "s3://bucket/a//b|has the part ''",
        "s3://bucket//b|is absolute",
        "file://data/set|with three slashes",
        "file://data|with three slashes",
        "file:data|an absolute path",
        "file:///data?x=1|%3F for ?",
        "file:///data#x|%23 for #",
      })
  void whatNamesNoStoreIsRefused(String uri, String message) {
    assertThatThrownBy(() -> root(uri))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://AKIA:hush@bucket/x", "s3a://hush@bucket", "s3://host:hush/x"})
  void credentialsInAUriAreRefusedAndNotRepeated(String uri) {
    assertThatThrownBy(() -> root(uri))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("credentials come from the AWS configuration")
        .hasMessageNotContaining("hush")
        .hasMessageNotContaining("AKIA");
  }

  @Test
  void aPathWithAZeroByteIsRefused() {
    assertThatThrownBy(() -> root("/data/\u0000"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("is no path");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:9000", "ftp://host", "http:///x", "host", "/path"})
  void anEndpointIsAServersAddress(String endpoint) {
    assertThatThrownBy(() -> StoreOptions.builder().s3Endpoint(URI.create(endpoint)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("https://host:port", endpoint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://AKIA:hush@host", "AKIA:hush@host:80", "http://a:hush@my_host:1"})
  void anAddressHasNoCredentials(String address) {
    URI uri = URI.create(address);
    assertThatThrownBy(() -> StoreOptions.builder().s3Endpoint(uri))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageNotContaining("hush");
    assertThatThrownBy(() -> StoreOptions.builder().s3Proxy(uri))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageNotContaining("hush");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://proxy",
        "http://proxy:1/path",
        "http://proxy:1?q",
        "http://proxy:1#f",
        "https://proxy:1"
      })
  void aProxyIsAHostAndAPort(String address) {
    assertThatThrownBy(() -> StoreOptions.builder().s3Proxy(URI.create(address)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("http://host:port", address);
    assertThat(StoreOptions.builder().s3Proxy(URI.create("http://proxy:1/")).build().s3Proxy())
        .isEqualTo(URI.create("http://proxy:1"));
  }

  @Test
  void namesAreNotBlank() {
    assertThatThrownBy(() -> StoreOptions.builder().s3Region(" "))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("region");
    assertThatThrownBy(() -> S3Credentials.profile(""))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("profile");
  }

  @Test
  void timeoutsArePositiveAndAtMostADay() {
    for (Duration timeout : List.of(Duration.ZERO, Duration.ofNanos(1), Duration.ofHours(25))) {
      assertThatThrownBy(() -> StoreOptions.builder().callTimeout(timeout))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("callTimeout", timeout.toString());
      assertThatThrownBy(() -> StoreOptions.builder().silenceTimeout(timeout))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("silenceTimeout", timeout.toString());
      assertThatThrownBy(() -> StoreOptions.builder().transferTimeout(timeout))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("transferTimeout", timeout.toString());
    }
  }

  /** Each option, with a value that is not its default. */
  private static Map<String, UnaryOperator<StoreOptions.Builder>> changes() {
    Map<String, UnaryOperator<StoreOptions.Builder>> changes = new TreeMap<>();
    changes.put("s3Endpoint", b -> b.s3Endpoint(URI.create("https://host:9000")));
    changes.put("s3Region", b -> b.s3Region("eu-central-1"));
    changes.put("s3PathStyle", b -> b.s3PathStyle(true));
    changes.put(
        "s3Credentials",
        b ->
            b.s3Credentials(
                new S3Credentials.Role(
                    "arn:aws:iam::123456789012:role/readers",
                    "customer-7",
                    new S3Credentials.Keys("AKIA", "hush", "token"))));
    changes.put("s3Proxy", b -> b.s3Proxy(URI.create("http://proxy:3128")));
    changes.put("s3TrustedCertificates", b -> b.s3TrustedCertificates(Path.of("ca.pem")));
    changes.put("s3Checksums", b -> b.s3Checksums(false));
    changes.put("s3RequesterPays", b -> b.s3RequesterPays(true));
    changes.put("s3ConditionalWrites", b -> b.s3ConditionalWrites(S3ConditionalWrites.GENERATION));
    changes.put("allowUnfenced", b -> b.allowUnfenced(true));
    changes.put(
        "s3Objects",
        b ->
            b.s3Objects(
                new S3ObjectSettings(
                    new S3Encryption.Kms("alias/x"), "STANDARD_IA", Map.of("team", "search"))));
    changes.put("s3Transfers", b -> b.s3Transfers(new S3Transfers(8 << 20, 6 << 20, 3)));
    changes.put("userAgentSuffix", b -> b.userAgentSuffix("job/nightly"));
    changes.put("callTimeout", b -> b.callTimeout(Duration.ofSeconds(7)));
    changes.put("silenceTimeout", b -> b.silenceTimeout(Duration.ofSeconds(3)));
    changes.put("transferTimeout", b -> b.transferTimeout(Duration.ofSeconds(11)));
    return changes;
  }

  @Test
  void optionsAreAValueThatOutlivesSerialization() throws Exception {
    Map<String, UnaryOperator<StoreOptions.Builder>> changes = changes();
    assertThat(changes.keySet())
        .as("all options are tried")
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(StoreOptions.class.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .map(Field::getName)
                .toList());
    StoreOptions.Builder all = StoreOptions.builder();
    for (String name : changes.keySet()) {
      StoreOptions before = all.build();
      all = changes.get(name).apply(all);
      assertThat(all.build()).as(name).isNotEqualTo(before);
      StoreOptions changed = changes.get(name).apply(StoreOptions.builder()).build();
      assertThat(changed).as(name).isNotEqualTo(StoreOptions.defaults());
      assertValue(changed);
      assertThat(changes.get(name).apply(StoreOptions.builder()).build()).isEqualTo(changed);
    }
    assertValue(all.build());
    assertThat(all.build().toString())
        .contains("host:9000", "eu-central-1", "readers", "PT7S", "PT3S", "PT11S")
        .doesNotContain("hush", "token", "customer-7");
  }

  private static void assertValue(StoreOptions options) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(options);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(options).hasSameHashCodeAs(options);
    }
    assertThat(options.toBuilder().build()).isEqualTo(options).hasSameHashCodeAs(options);
  }

  private static URI root(String uri) {
    try (ObjectStore store = ObjectStores.open(uri, StoreOptions.defaults())) {
      return store.root();
    }
  }
}
