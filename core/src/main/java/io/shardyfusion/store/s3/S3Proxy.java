package io.shardyfusion.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.store.StoreOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.utils.ProxyConfigProvider;

/**
 * The HTTP proxy on the way to a server: that of the options, else of the system properties, else
 * of the environment, for the scheme of the server's address. The SDK's HTTP client would look for
 * that of {@code http} in any case, and pass over in silence what it does not understand.
 */
final class S3Proxy {

  /** Never reached by a proxy of the surroundings; the Java platform has the same default. */
  private static final Set<String> THIS_HOST = Set.of("localhost", "127\\..*", "\\[?::1\\]?");

  private S3Proxy() {}

  /**
   * The proxy, or none.
   *
   * @param environment gives the values of variables, null where there is none
   * @throws InvalidRequestException if one is set that cannot be used
   */
  static ProxyConfiguration of(StoreOptions options, UnaryOperator<@Nullable String> environment) {
    ProxyConfiguration.Builder proxy =
        ProxyConfiguration.builder()
            .useSystemPropertyValues(false)
            .useEnvironmentVariableValues(false);
    if (options.s3Proxy() != null) {
      return proxy.endpoint(options.s3Proxy()).build();
    }
    URI endpoint = options.s3Endpoint();
    String scheme = endpoint == null ? "https" : endpoint.getScheme().toLowerCase(Locale.ROOT);
    ProxyConfigProvider properties = ProxyConfigProvider.fromSystemPropertySettings(scheme);
    if (properties.host() != null) {
      return ofProperties(proxy, scheme, properties);
    }
    String name = scheme.toUpperCase(Locale.ROOT) + "_PROXY";
    String address = variable(name, environment);
    return address == null
        ? proxy.build()
        : ofEnvironment(proxy, name, address, variable("NO_PROXY", environment));
  }

  private static ProxyConfiguration ofProperties(
      ProxyConfiguration.Builder proxy, String scheme, ProxyConfigProvider properties) {
    if (properties.port() <= 0) {
      throw new InvalidRequestException(
          "the system property "
              + scheme
              + ".proxyHost is set, but "
              + scheme
              + ".proxyPort is not");
    }
    Set<String> direct = new HashSet<>(THIS_HOST);
    direct.addAll(properties.nonProxyHosts());
    properties.userName().ifPresent(proxy::username);
    properties.password().ifPresent(proxy::password);
    return proxy
        .endpoint(URI.create("http://" + properties.host() + ":" + properties.port()))
        .nonProxyHosts(direct)
        .build();
  }

  private static ProxyConfiguration ofEnvironment(
      ProxyConfiguration.Builder proxy, String name, String address, @Nullable String direct) {
    URI uri = null;
    try {
      uri = new URI(address.contains("://") ? address : "http://" + address);
    } catch (URISyntaxException e) {
      // Said below, without the address: it may hold a password.
    }
    if (uri == null
        || uri.getHost() == null
        || uri.getPort() < 0
        || !"http".equals(uri.getScheme())) {
      throw new InvalidRequestException(
          "expected a proxy such as http://host:port in the environment's "
              + name
              + ", found something else; set it, or name the proxy with StoreOptions.s3Proxy");
    }
    String user = uri.getRawUserInfo();
    if (user != null) {
      String[] parts = user.split(":", 2);
      proxy.username(decoded(parts[0]));
      proxy.password(parts.length < 2 ? "" : decoded(parts[1]));
    }
    return proxy
        .endpoint(URI.create("http://" + uri.getHost() + ":" + uri.getPort()))
        .nonProxyHosts(patterns(direct == null ? "" : direct))
        .build();
  }

  /** Either case is usual. */
  private static @Nullable String variable(
      String name, UnaryOperator<@Nullable String> environment) {
    String lower = environment.apply(name.toLowerCase(Locale.ROOT));
    String value = lower == null || lower.isBlank() ? environment.apply(name) : lower;
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }

  /** The hosts of {@code NO_PROXY}, a domain with all that is below it, as the SDK takes them. */
  private static Set<String> patterns(String direct) {
    Set<String> patterns = new HashSet<>(THIS_HOST);
    for (String entry : direct.split("[,\\s]+", -1)) {
      String host = entry.replaceFirst("^\\*?\\.", "").replaceFirst(":\\d+$", "");
      if (host.equals("*")) {
        patterns.add(".*");
      } else if (!host.isEmpty()) {
        patterns.add("(.*\\.)?" + Pattern.quote(host.toLowerCase(Locale.ROOT)));
      }
    }
    return patterns;
  }
}
