package io.shardyfusion.store.s3;

import io.shardyfusion.testing.MotoServer;
import io.shardyfusion.testing.S3Server;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On moto, where it can be had. */
class MotoObjectStoreTest extends S3StoreContractTest {

  private static MotoServer server;

  @BeforeAll
  static void startServer() {
    server = MotoServer.startWithUsers(Map.of());
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  S3Server server() {
    return server;
  }

  @Override
  protected void createAll(List<String> keys) {
    String prefix = store().root().getPath().substring(1) + "/";
    server.createObjects(keys.stream().map(key -> prefix + key).toList());
  }
}
