package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.ExampleProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example service, as a user starts, asks and ends it. */
class LookupServiceIT {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** The exit code of a JVM that SIGTERM has ended. */
  private static final int TERMINATED = 128 + 15;

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path directory;

  @Test
  void servesLookupsAndNewVersionsTellsItsHealthAndEndsInOrder() throws Exception {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.UTF8, 4);
    publish(dataset, "v1");

    try (ExampleProcess service = start(dataset)) {
      String address = service.await("listening on ");

      assertThat(get(address + "/get?key=caf%C3%A9").body()).isEqualTo("v1");
      assertThat(get(address + "/get?key=nobody").statusCode()).isEqualTo(404);
      assertThat(get(address + "/get").statusCode()).isEqualTo(400);
      assertThat(get(address + "/other").statusCode()).isEqualTo(404);
      assertThat(get(address + "/health").statusCode()).isEqualTo(200);
      assertThat(health(address).get("status").textValue()).isEqualTo("HEALTHY");

      publish(dataset, "v2");
      Await.until(
          "the new version is served",
          DEADLINE,
          service::errors,
          () -> get(address + "/get?key=caf%C3%A9").body().equals("v2"));
      assertThat(health(address).get("version").longValue()).isEqualTo(2);
      Await.until("it is logged", DEADLINE, () -> service.errors().contains("serves version 2"));

      Path pointer = dataset.object("_CURRENT");
      Path elsewhere = directory.resolve("pointer");
      Files.move(pointer, elsewhere);
      Await.until("it is unhealthy", DEADLINE, () -> get(address + "/health").statusCode() == 503);
      assertThat(health(address).get("problems")).isNotEmpty();
      assertThat(get(address + "/get?key=caf%C3%A9").body()).isEqualTo("v2");
      Files.move(elsewhere, pointer);
      Await.until(
          "it is healthy again",
          DEADLINE,
          () -> get(address + "/health").body().contains("\"HEALTHY\""));

      service.terminate();
      assertThat(service.exitCode()).isEqualTo(TERMINATED);
      assertThat(service.out()).endsWith("stopped\n");
      assertThat(directory.resolve("cache/open")).as("of open readers").isEmptyDirectory();
    }
  }

  private ExampleProcess start(TestDataset dataset) throws IOException {
    return ExampleProcess.start(
        ShardedReader.class,
        directory,
        "LookupService.java",
        Map.of(),
        dataset.uri(),
        directory.resolve("cache").toString(),
        "0",
        "PT0.1S");
  }

  private static void publish(TestDataset dataset, String value) {
    dataset.publish(Stream.of("café", "maté"), key -> bytes(value));
  }

  private JsonNode health(String address) throws IOException {
    return new ObjectMapper().readTree(get(address + "/health").body());
  }

  private HttpResponse<String> get(String uri) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).timeout(DEADLINE).build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
