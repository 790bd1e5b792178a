package io.shardyfusion.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class S3ProxyServerTest extends S3ServerContractTest {

  private static S3ProxyServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    server = S3ProxyServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  S3Server server() {
    return server;
  }

  @Test
  void anObjectLiesInTheBucketDirectory() throws Exception {
    http.send(
        signed(server.endpoint(), server.secretKey(), "PUT", "folder/object", "hello"),
        BodyHandlers.ofString());
    assertThat(server.bucketDirectory().resolve("folder/object")).hasContent("hello");
  }

  @Test
  void anOpenServerTakesRequestsThatAProxyHasChanged() throws Exception {
    try (S3ProxyServer open = S3ProxyServer.startOpen();
        FaultProxy proxy = FaultProxy.to(open.endpoint())) {
      proxy.always(ProxiedRequest.any(), Fault.withoutHeaders("If-Match"));
      for (String content : List.of("1", "2")) {
        HttpRequest put = signed(proxy.endpoint(), "any", "PUT", "a", content, "If-Match", "\"0\"");
        assertThat(http.send(put, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void closingStopsTheProcessAndDeletesItsFiles() throws Exception {
    S3ProxyServer other = S3ProxyServer.start();
    Path directory = other.bucketDirectory().getParent();
    HttpRequest request = signed(other.endpoint(), other.secretKey(), "PUT", "a", "1");
    assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    other.close();
    other.close();
    assertThat(directory).doesNotExist();
    assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
        .isInstanceOf(ConnectException.class);
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).hasSize(1);
  }
}
