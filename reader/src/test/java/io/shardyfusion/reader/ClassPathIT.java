package io.shardyfusion.reader;

import static io.shardyfusion.reader.TestDataset.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.testing.ExampleProcess;
import io.shardyfusion.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** What comes with the reader, and that it is enough. */
class ClassPathIT {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));
  private static final Pattern JAR = Pattern.compile("(.+?)-(\\d.*)\\.jar");
  private static final long KIB = 1 << 10;

  @TempDir Path directory;

  @Test
  void theGuideListsExactlyTheJarsThatComeWithTheReader() throws IOException {
    List<String> rows = new ArrayList<>();
    long total = 0;
    for (Path jar : ExampleProcess.dependencyJars()) {
      MatchResult name = parts(jar);
      if (name.group(1).equals("shardyfusion-core")) {
        continue;
      }
      total += Files.size(jar);
      rows.add(row(name.group(1), name.group(2), Files.size(jar)));
    }
    String expected =
        rows.stream().sorted().collect(Collectors.joining("\n"))
            + "\n"
            + row("together", "", total)
            + "\n";

    assertThat(Files.readString(ROOT.resolve("docs/reader.md")))
        .as("docs/reader.md has this table:\n%s", expected)
        .contains("| artifact | version | KiB |\n|---|---|---:|\n" + expected);
  }

  @Test
  void noneOfThemHoldsFlinkGuavaOrNetty() throws IOException {
    for (Path jar : ExampleProcess.dependencyJars()) {
      try (JarFile file = new JarFile(jar.toFile())) {
        assertThat(file.stream().map(Object::toString))
            .as(jar.toString())
            .noneMatch(entry -> entry.contains("org/apache/flink/"))
            .noneMatch(entry -> entry.contains("com/google/common/"))
            .noneMatch(entry -> entry.contains("io/netty/"))
            .noneMatch(entry -> entry.contains("io/micrometer/"));
      }
    }
  }

  @Test
  void aPlainMainReadsALocalDatasetWithThemAlone() throws Exception {
    TestDataset dataset = cities(directory);

    try (ExampleProcess found = get(Map.of(), dataset.uri(), "2988507");
        ExampleProcess missing = get(Map.of(), dataset.uri(), "1")) {
      assertThat(found.exitCode()).as(found.errors()).isZero();
      assertThat(found.out()).isEqualTo("Paris\n");
      assertThat(missing.exitCode()).as(missing.errors()).isEqualTo(1);
      assertThat(missing.out()).isEmpty();
    }
  }

  @Test
  void aPlainMainReadsADatasetOnS3WithThemAlone() throws Exception {
    try (S3Server server = S3Server.start()) {
      upload(cities(directory), server);
      Map<String, String> environment =
          Map.of(
              "AWS_ENDPOINT_URL_S3", server.endpoint().toString(),
              "AWS_REGION", server.region(),
              "AWS_ACCESS_KEY_ID", server.accessKey(),
              "AWS_SECRET_ACCESS_KEY", server.secretKey());

      try (ExampleProcess get =
          get(environment, "s3://" + server.bucket() + "/dataset", "2988507")) {
        assertThat(get.exitCode()).as(get.errors()).isZero();
        assertThat(get.out()).isEqualTo("Paris\n");
      }
    }
  }

  private ExampleProcess get(Map<String, String> environment, String dataset, String key)
      throws IOException {
    return ExampleProcess.start(
        ShardedReader.class, directory, "Get.java", environment, dataset, key);
  }

  private static TestDataset cities(Path directory) {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 4);
    dataset.publish(Stream.of(2_988_507L), key -> bytes("Paris"));
    return dataset;
  }

  private static void upload(TestDataset dataset, S3Server server) throws IOException {
    AwsBasicCredentials credentials =
        AwsBasicCredentials.create(server.accessKey(), server.secretKey());
    try (S3Client client =
            S3Client.builder()
                .endpointOverride(server.endpoint())
                .region(Region.of(server.region()))
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .build();
        Stream<Path> files = Files.walk(dataset.root())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String key = "dataset/" + dataset.root().relativize(file);
        client.putObject(request -> request.bucket(server.bucket()).key(key), file);
      }
    }
  }

  private static MatchResult parts(Path jar) {
    String name = jar.getFileName().toString();
    return JAR.matcher(name).results().findFirst().orElseThrow(() -> new AssertionError(name));
  }

  private static String row(String artifact, String version, long size) {
    return "| " + artifact + " | " + version + " | " + (size + KIB / 2) / KIB + " |";
  }
}
