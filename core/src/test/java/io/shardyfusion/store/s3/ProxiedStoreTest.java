package io.shardyfusion.store.s3;

import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.testing.FaultProxy;
import io.shardyfusion.testing.S3ProxyServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Stores on a server that takes every request, behind a proxy that sees them and changes some. */
abstract class ProxiedStoreTest {

  static S3ProxyServer server;

  FaultProxy proxy;

  @BeforeAll
  static void startServer() {
    server = S3ProxyServer.startOpen();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void startProxy() {
    proxy = FaultProxy.to(server.endpoint());
  }

  @AfterEach
  void stopProxy() {
    proxy.close();
  }

  StoreOptions.Builder options() {
    return StoreOptions.builder()
        .s3Endpoint(proxy.endpoint())
        .s3PathStyle(true)
        .s3Credentials(S3Credentials.keys("access", "hush"));
  }
}
