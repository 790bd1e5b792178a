package io.shardyfusion.store;

import java.net.URI;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.utils.ProxyConfigProvider;

/** The HTTP proxy on the way to a server. */
final class S3Proxy {

  private S3Proxy() {}

  /**
   * That of the options, else that of the system properties or the environment for the server's
   * scheme, else none. Asked for a server with {@code https}, the SDK's HTTP client would look for
   * the proxy of {@code http}.
   */
  static ProxyConfiguration of(StoreOptions options) {
    ProxyConfiguration.Builder proxy =
        ProxyConfiguration.builder()
            .useSystemPropertyValues(false)
            .useEnvironmentVariableValues(false);
    if (options.s3Proxy() != null) {
      return proxy.endpoint(options.s3Proxy()).build();
    }
    URI endpoint = options.s3Endpoint();
    String scheme = endpoint == null ? "https" : endpoint.getScheme();
    ProxyConfigProvider found =
        ProxyConfigProvider.fromSystemEnvironmentSettings(true, true, scheme);
    if (found == null || found.host() == null || found.port() <= 0) {
      return proxy.build();
    }
    proxy.endpoint(URI.create("http://" + found.host() + ":" + found.port()));
    proxy.nonProxyHosts(found.nonProxyHosts());
    found.userName().ifPresent(proxy::username);
    found.password().ifPresent(proxy::password);
    return proxy.build();
  }
}
