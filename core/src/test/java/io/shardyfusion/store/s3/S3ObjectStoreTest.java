package io.shardyfusion.store.s3;

import io.shardyfusion.testing.S3ProxyServer;
import io.shardyfusion.testing.S3Server;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On S3Proxy. */
class S3ObjectStoreTest extends S3StoreContractTest {

  private static S3ProxyServer server;

  @BeforeAll
  static void startServer() {
    server = S3ProxyServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  S3Server server() {
    return server;
  }

  @Override
  protected void createAll(List<String> keys) throws IOException {
    createFiles(server.bucketDirectory().resolve(store().root().getPath().substring(1)), keys);
  }
}
