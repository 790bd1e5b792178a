package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.cli.ShardyProcess.Ended;
import io.shardyfusion.testing.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/shardy} and a real S3 server. */
final class S3CommandsIT {

  private static S3Server server;

  @TempDir private Path directory;

  private ShardyProcess process;

  @BeforeAll
  static void start() {
    server = S3Server.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void configure() throws Exception {
    process =
        new ShardyProcess(directory)
            .environment("AWS_ACCESS_KEY_ID", server.accessKey())
            .environment("AWS_SECRET_ACCESS_KEY", server.secretKey());
    Files.writeString(
        directory.resolve("s3.yaml"),
        """
        dataset: s3://%s/cities
        s3-endpoint: %s
        s3-region: %s
        s3-path-style: true
        """
            .formatted(server.bucket(), server.endpoint(), server.region()));
    Files.writeString(directory.resolve("rows.jsonl"), "{\"id\":1}\n{\"id\":2}\n");
  }

  @Test
  void whatIsWrittenToABucketIsReadBack() throws Exception {
    Ended run = shardy("run", "--input=rows.jsonl", "--key=id", "--shards=2");
    Ended get = shardy("get", "2", "-o", "text");
    Ended verify = shardy("verify", "--deep");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("\"rows_written\":2");
    assertThat(get).isEqualTo(new Ended(0, "{\"id\":2}\n", ""));
    assertThat(verify.code()).as(verify.out()).isZero();
    assertThat(verify.out()).contains("\"ok\":true", "\"rows\":2");
  }

  @Test
  void aMissingBucketIsAStorageFailureOfReadingAndWriting() throws Exception {
    assertNoBucket(shardy("info", "-d", "s3://no-such-bucket/x"));
    assertNoBucket(
        shardy(
            "run", "-d", "s3://no-such-bucket/x", "--input=rows.jsonl", "--key=id", "--shards=1"));
  }

  private static void assertNoBucket(Ended ended) {
    assertThat(ended.code()).as(ended.err()).isEqualTo(3);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("no-such-bucket").hasLineCount(1);
  }

  @Test
  void anEndpointThatIsNoneIsAStorageFailureThatNamesIt() throws Exception {
    String plain = server.endpoint().toString();
    String nobody = "http://127.0.0.1:1";
    assertUnreachable(shardy("info", "--s3-endpoint", nobody), nobody, "no connection");
    String secure = plain.replace("http://", "https://");
    assertUnreachable(shardy("info", "--s3-endpoint", secure), secure, "no secure connection");
  }

  private static void assertUnreachable(Ended ended, String endpoint, String reason) {
    assertThat(ended.code()).as(ended.err()).isEqualTo(3);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains(endpoint, reason).hasLineCount(1);
  }

  @Test
  void theProxyOfTheEnvironmentIsThatOfTheEndpointsScheme() throws Exception {
    process.environment("HTTPS_PROXY", "http://127.0.0.1:1");
    // Nobody could resolve that name; the proxy would.
    String secure = "https://s3.invalid";

    assertUnreachable(shardy("info", "--s3-endpoint", secure), secure, "no connection");
    assertThat(shardy("info").err()).contains("no snapshot");
  }

  @Test
  void anAddressThatIsNoneIsRefusedWithoutThePasswordInIt() throws Exception {
    for (String option : new String[] {"--s3-proxy", "--s3-endpoint"}) {
      Ended ended = shardy("info", option, "http://user:hu%sh@127.0.0.1:1");

      assertThat(ended.code()).isEqualTo(2);
      assertThat(ended.err()).contains(option, "without credentials").doesNotContain("hu%sh");
    }
    assertThat(shardy("info", "--s3-proxy", "http://127.0.0.1").err()).contains("http://host:port");
  }

  @Test
  void wrongCredentialsAreAStorageFailureThatDoesNotShowThem() throws Exception {
    process.environment("AWS_SECRET_ACCESS_KEY", "hush-hush");

    Ended ended = shardy("info");

    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).doesNotContain("hush").hasLineCount(1);
  }

  private Ended shardy(String... args) throws Exception {
    String[] all = new String[args.length + 1];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--config=s3.yaml";
    return process.shardy(all);
  }
}
