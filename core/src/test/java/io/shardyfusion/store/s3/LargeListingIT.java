package io.shardyfusion.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.FaultProxy;
import io.shardyfusion.testing.MotoServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A listing of many objects, in a JVM that cannot hold them. */
class LargeListingIT {

  private static final int OBJECTS = Integer.getInteger("shardyfusion.listing.objects", 100_000);
  private static final int PAGE = 1000;

  /** So long that the keys alone are more than the heap. */
  private static final int KEY_LENGTH = 990;

  @Test
  void manyObjectsAreListedPageByPageInBoundedMemory() throws Exception {
    try (MotoServer server = MotoServer.start();
        FaultProxy proxy = FaultProxy.to(server.endpoint())) {
      String padding = "x".repeat(KEY_LENGTH);
      server.createObjects(
          IntStream.range(0, OBJECTS).mapToObj(i -> "large/" + padding + i).toList());
      Process listing =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-Xmx20m",
                      "-XX:+UseSerialGC",
                      "-XX:TieredStopAtLevel=1",
                      "-cp",
                      System.getProperty("java.class.path"),
                      Count.class.getName(),
                      proxy.endpoint().toString(),
                      "s3://" + server.bucket() + "/large"))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        String counted = new String(listing.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(listing.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(counted).isEqualTo(String.valueOf(OBJECTS));
        assertThat(proxy.exchanges()).hasSize(OBJECTS / PAGE);
      } finally {
        listing.destroyForcibly();
      }
    }
  }

  static final class Count {

    private Count() {}

    public static void main(String[] args) {
      StoreOptions options =
          StoreOptions.builder()
              .s3Endpoint(URI.create(args[0]))
              .s3PathStyle(true)
              .s3Credentials(S3Credentials.keys("access", "secret"))
              .build();
      try (ObjectStore store = ObjectStores.open(args[1], options);
          Stream<ObjectInfo> objects = store.list("")) {
        System.out.println(objects.count());
      }
    }
  }
}
