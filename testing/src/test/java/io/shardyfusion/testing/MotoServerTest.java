package io.shardyfusion.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MotoServerTest extends S3ServerContractTest {

  private static final String READER =
      """
      {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shardyfusion/*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::shardyfusion/other/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shardyfusion",
         "Condition": {"StringLike": {"s3:prefix": ["mine/*"]}}}]}
      """;

  private static MotoServer server;

  @BeforeAll
  static void start() {
    server = MotoServer.startWithUsers(Map.of("reader", List.of(READER)));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  S3Server server() {
    return server;
  }

  @Test
  void aUserMayDoWhatItsPolicyAllows() throws Exception {
    for (String key : List.of("mine/a", "other/a")) {
      assertThat(status("administrator", "PUT", key)).isEqualTo(200);
    }
    assertThat(status("reader", "GET", "mine/a")).isEqualTo(200);
    for (String method : List.of("GET", "HEAD")) {
      assertThat(status("reader", method, "mine/missing")).isEqualTo(404);
      assertThat(status("reader", method, "missing")).as("may not list it").isEqualTo(403);
    }
    assertThat(status("reader", "GET", "other/a")).isEqualTo(403);
    assertThat(status("reader", "PUT", "mine/a")).isEqualTo(403);
    assertThat(status("reader", "DELETE", "mine/a")).isEqualTo(403);
  }

  @Test
  void theReasonWhyMotoCannotBeHadIsOneLine(@TempDir Path directory) {
    assertThatThrownBy(() -> PythonPackages.install(directory, "none", "--no-index\nmoto==0.0.0\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("ERROR", "moto==0.0.0")
        .hasMessageNotContaining("\n");
    assertThat(directory).isDirectoryNotContaining("glob:**none*partial*");
  }

  @Test
  void closingStopsTheProcess() {
    MotoServer other = MotoServer.start();
    long processes = children();
    other.close();
    other.close();
    assertThat(children()).isEqualTo(processes - 1);
  }

  private static long children() {
    return ProcessHandle.current().children().filter(ProcessHandle::isAlive).count();
  }

  private int status(String user, String method, String key) throws Exception {
    HttpRequest request =
        signedAs(
            MotoServer.accessKey(user),
            server.endpoint(),
            MotoServer.secretKey(user),
            method,
            key,
            "");
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode();
  }
}
