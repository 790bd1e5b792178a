package io.shardyfusion.cluster.flink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The JobManager's REST interface. Safe for use by many threads. */
public final class FlinkRest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final URI root;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  public FlinkRest(int port) {
    this.root = URI.create("http://127.0.0.1:" + port + "/v1/");
  }

  /**
   * Sends a request.
   *
   * @param body JSON, empty for none
   * @throws IOException if there is no answer, or not one of success; the message has its text
   */
  public JsonNode send(String method, String path, String body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(root.resolve(path))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        byte[] content = in.readAllBytes();
        if (response.statusCode() / 100 != 2) {
          throw new IOException(
              method
                  + " "
                  + path
                  + ": "
                  + response.statusCode()
                  + " "
                  + new String(content, UTF_8));
        }
        return JSON.readTree(content.length == 0 ? "{}".getBytes(UTF_8) : content);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted at " + method + " " + path, e);
    }
  }

  public JsonNode get(String path) throws IOException {
    return send("GET", path, "");
  }
}
