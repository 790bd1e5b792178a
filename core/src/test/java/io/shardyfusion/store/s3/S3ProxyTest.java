package io.shardyfusion.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.StoreOptions;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;

/** Which proxy is taken; that it is gone through is in S3CommandsIT. */
class S3ProxyTest {

  private static final Map<String, String> BOTH =
      Map.of("HTTPS_PROXY", "http://secure:1", "HTTP_PROXY", "http://plain:2");

  @Test
  void theEnvironmentsIsThatOfTheEndpointsScheme() {
    assertThat(proxy("https://s3.example.org", BOTH).host()).isEqualTo("secure");
    assertThat(proxy("HTTPS://s3.example.org", BOTH).host()).isEqualTo("secure");
    assertThat(proxy("http://s3.example.org", BOTH).host()).isEqualTo("plain");
    assertThat(proxy(null, BOTH).port()).isEqualTo(1);
    assertThat(proxy(null, Map.of("HTTP_PROXY", "http://plain:2")).host()).isNull();
    assertThat(
            proxy(null, Map.of("https_proxy", "lower:3", "HTTPS_PROXY", "http://upper:4")).port())
        .isEqualTo(3);
    assertThat(proxy(null, Map.of("HTTPS_PROXY", " ")).host()).isNull();
  }

  @Test
  void thatOfTheOptionsComesFirst() {
    StoreOptions options = StoreOptions.builder().s3Proxy(URI.create("http://own:5")).build();
    assertThat(S3Proxy.of(options, BOTH::get).host()).isEqualTo("own");
  }

  @Test
  void itsUserAndPasswordMayHaveAnyCharacters() {
    ProxyConfiguration proxy =
        proxy(null, Map.of("HTTPS_PROXY", "http://a%40b:c%3A+%2F@host.example.org:8080"));
    assertThat(proxy.username()).isEqualTo("a@b");
    assertThat(proxy.password()).isEqualTo("c:+/");
    assertThat(proxy.host()).isEqualTo("host.example.org");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://user:hush@host", "https://user:hush@host:1", "http://u:hu%sh@h:1", ":"})
  void oneThatCannotBeUsedIsNotPassedOver(String address) {
    assertThatThrownBy(() -> proxy(null, Map.of("HTTPS_PROXY", address)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("HTTPS_PROXY", "http://host:port")
        .hasMessageNotContaining("hu");
  }

  @ParameterizedTest
  @CsvSource({
    "example.org, example.org, true",
    "example.org, bucket.example.org, true",
    ".example.org, bucket.example.org, true",
    "*.example.org, bucket.example.org, true",
    "example.org, notexample.org, false",
    "example.org, exampleXorg, false",
    "'a.b, c.d:443', c.d, true",
    "*, anything, true",
    "192.0.2.1, 192.0.2.1, true",
    "'', localhost, true",
    "'', 127.0.0.2, true",
    "'', anything, false"
  })
  void whatIsToBeReachedDirectlyIs(String direct, String host, boolean matches) {
    Map<String, String> environment = Map.of("HTTPS_PROXY", "http://p:1", "NO_PROXY", direct);
    // As the SDK compares.
    assertThat(proxy(null, environment).nonProxyHosts().stream().anyMatch(host::matches))
        .isEqualTo(matches);
  }

  @Test
  void thatOfTheSystemPropertiesComesBeforeTheEnvironments() {
    System.setProperty("https.proxyHost", "property");
    try {
      assertThatThrownBy(() -> proxy(null, BOTH))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("https.proxyPort");
      System.setProperty("https.proxyPort", "6");
      assertThat(proxy(null, BOTH).host()).isEqualTo("property");
      assertThat(proxy(null, BOTH).port()).isEqualTo(6);
      assertThat(proxy(null, BOTH).nonProxyHosts()).anyMatch("127.0.0.1"::matches);
    } finally {
      System.clearProperty("https.proxyHost");
      System.clearProperty("https.proxyPort");
    }
  }

  private static ProxyConfiguration proxy(String endpoint, Map<String, String> environment) {
    StoreOptions.Builder options = StoreOptions.builder();
    if (endpoint != null) {
      options.s3Endpoint(URI.create(endpoint));
    }
    return S3Proxy.of(options.build(), environment::get);
  }
}
