package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Layout;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.Fault;
import io.shardyfusion.testing.FaultProxy;
import io.shardyfusion.testing.ProxiedRequest;
import io.shardyfusion.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The network between a reader and S3 fails. */
@Timeout(180)
class S3FaultIT {

  private static final int ROWS = 4000;
  private static final Duration SOON = Duration.ofSeconds(90);

  private static S3Server server;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    server = S3Server.start();
    System.setProperty("aws.accessKeyId", server.accessKey());
    System.setProperty("aws.secretAccessKey", server.secretKey());
  }

  @AfterAll
  static void stop() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    server.close();
  }

  @AfterEach
  void nothingIsLeft() {
    Leaks.assertNone(directory);
  }

  @Test
  void aStoreOfOnesOwnIsConfiguredInCode() throws Exception {
    TestDataset cities = TestDataset.ofLongs(directory, 2, ROWS);
    String dataset = "s3://" + server.bucket() + "/self-hosted";
    URI endpoint = server.endpoint();
    String accessKey = server.accessKey();
    String secretKey = server.secretKey();
    upload(cities, dataset, endpoint.toString());
    Path cache = directory.resolve("self-hosted");

    // begin store
    StoreOptions store =
        StoreOptions.builder()
            .s3Endpoint(endpoint) // https://objects.example.org:9000
            .s3Region("us-east-1") // many servers take any
            .s3PathStyle(true) // no DNS name for each bucket
            .s3Credentials(S3Credentials.keys(accessKey, secretKey))
            .callTimeout(Duration.ofSeconds(10))
            .build();
    ReaderOptions options =
        ReaderOptions.builder(dataset).cacheDirectory(cache).store(store).build();
    // end store

    try (ShardedReader reader = ShardedReader.open(options)) {
      assertThat(reader.get(1L)).isEqualTo(value("v1", 1));
    }
  }

  @Test
  void aNetworkThatIsDownSlowOrCutsConnectionsFailsNoLookupAndTheReaderHeals() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 2, ROWS);
    String uri = "s3://" + server.bucket() + "/flaky";
    upload(dataset, uri, server.endpoint().toString());
    try (FaultProxy link = FaultProxy.to(server.endpoint())) {
      ReaderOptions options =
          ReaderOptions.builder(uri)
              .cacheDirectory(directory.resolve("cache"))
              .refreshInterval(Duration.ofMillis(100))
              .store(store(link.endpoint().toString()))
              .build();
      try (ShardedReader reader = ShardedReader.open(options)) {
        reader.prefetch();
        long version = 1;
        for (Fault fault : List.of(Fault.dropRequest(), Fault.cutBodyAfter(1500))) {
          link.always(ProxiedRequest.any(), fault);
          version++;
          publish(dataset, "v" + version);
          upload(dataset, uri, server.endpoint().toString());
          assertThatThrownBy(reader::refresh)
              .isInstanceOf(StorageException.class)
              .hasMessageContaining(uri);
          assertServes(reader, version - 1);
          assertThat(reader.health().status()).isNotEqualTo(ReaderHealth.Status.HEALTHY);
          link.heal();
          awaitVersion(reader, version);
        }
        link.always(ProxiedRequest.any(), Fault.trickle(512, Duration.ofMillis(5)));
        publish(dataset, "v4");
        upload(dataset, uri, server.endpoint().toString());
        awaitVersion(reader, 4);
      }
    }
  }

  /** As of a store where a write is seen after a while only. */
  @Test
  void anObjectThatIsNotThereYetFailsTheRefreshAndTheNextOneFindsIt() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 2, ROWS);
    String uri = "s3://" + server.bucket() + "/late";
    upload(dataset, uri, server.endpoint().toString());
    try (FaultProxy link = FaultProxy.to(server.endpoint())) {
      ReaderOptions options =
          ReaderOptions.builder(uri)
              .cacheDirectory(directory.resolve("cache"))
              .refreshInterval(Duration.ZERO)
              .store(store(link.endpoint().toString()))
              .build();
      try (ShardedReader reader = ShardedReader.open(options)) {
        reader.prefetch();
        long version = 1;
        for (String late : List.of("/manifests/", "/shards/", "/files/")) {
          version++;
          publish(dataset, "v" + version);
          upload(dataset, uri, server.endpoint().toString());
          link.once(r -> r.path().contains(late), Fault.answer(404, "NoSuchKey"));
          assertThatThrownBy(reader::refresh)
              .isInstanceOf(DataDamagedException.class)
              .hasMessageContainingAll(
                  uri, late.substring(1), "is missing, but the snapshot refers to it");
          assertServes(reader, version - 1);
          assertThat(reader.refresh()).isTrue();
          assertServes(reader, version);
        }
      }
    }
  }

  private static void awaitVersion(ShardedReader reader, long version) {
    Await.until(
        "version " + version,
        SOON,
        () -> reader.health().problems().toString(),
        () -> {
          assertThat(reader.get(1L)).isNotNull();
          return reader.version() == version;
        });
    assertServes(reader, version);
    Await.until("health", SOON, () -> reader.health().status() == ReaderHealth.Status.HEALTHY);
  }

  private static void assertServes(ShardedReader reader, long version) {
    for (long key = 0; key < ROWS; key += 100) {
      assertThat(reader.get(key)).isEqualTo(value("v" + version, key));
    }
  }

  private static void publish(TestDataset dataset, String version) {
    dataset.publish(LongStream.range(0, ROWS).boxed(), key -> value(version, key));
  }

  /** The pointer last, as a publisher does. */
  private static void upload(TestDataset dataset, String uri, String endpoint) throws IOException {
    try (ObjectStore store = ObjectStores.open(uri, store(endpoint));
        Stream<Path> files = Files.walk(dataset.root())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String key = dataset.root().relativize(file).toString();
        if (key.startsWith(Layout.FILES) || key.endsWith(".json")) {
          store.upload(key, file);
        }
      }
      store.write(Layout.POINTER, Files.readAllBytes(dataset.object(Layout.POINTER)));
    }
  }

  private static StoreOptions store(String endpoint) {
    return StoreOptions.builder()
        .s3Endpoint(URI.create(endpoint))
        .s3Region(server.region())
        .s3PathStyle(true)
        .callTimeout(Duration.ofSeconds(10))
        .silenceTimeout(Duration.ofSeconds(2))
        .build();
  }
}
