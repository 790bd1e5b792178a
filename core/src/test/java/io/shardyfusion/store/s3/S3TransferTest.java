package io.shardyfusion.store.s3;

import static io.shardyfusion.testing.ProxiedRequest.method;
import static io.shardyfusion.testing.ProxiedRequest.parameter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.shardyfusion.StorageException;
import io.shardyfusion.store.CountingObjectStore;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.S3Transfers;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Fault;
import io.shardyfusion.testing.FaultProxy;
import io.shardyfusion.testing.FaultRule;
import io.shardyfusion.testing.ProxiedExchange;
import io.shardyfusion.testing.ProxiedRequest;
import io.shardyfusion.testing.S3ProxyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Files that travel in parts. */
@Timeout(120)
class S3TransferTest {

  private static final AtomicInteger PREFIXES = new AtomicInteger();
  private static final int PART = 5 << 20;
  private static final int SIZE = 3 * PART + 12_345;
  private static final Predicate<ProxiedRequest> ABORT =
      method("DELETE").and(parameter("uploadId"));

  private static final Predicate<ProxiedRequest> COMPLETION =
      method("POST").and(parameter("uploadId"));

  private static S3ProxyServer server;
  private static byte[] content;

  @TempDir Path directory;
  private FaultProxy proxy;
  private ObjectStore store;
  private Path source;
  private Path target;

  @BeforeAll
  static void startServer() {
    server = S3ProxyServer.start();
    content = new byte[SIZE];
    new Random(7).nextBytes(content);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open() throws IOException {
    proxy = FaultProxy.to(server.endpoint());
    store =
        ObjectStores.open(
            "s3://" + server.bucket() + "/transfers/" + PREFIXES.incrementAndGet(),
            StoreOptions.builder()
                .s3Endpoint(proxy.endpoint())
                .s3PathStyle(true)
                .s3Credentials(S3Credentials.keys(server.accessKey(), server.secretKey()))
                .s3Transfers(new S3Transfers(PART, PART, 2))
                .build());
    source = Files.write(directory.resolve("source"), content);
    target = directory.resolve("target");
  }

  @AfterEach
  void close() {
    store.close();
    proxy.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("shardyfusion-"));
    assertThat(openUploads()).isZero();
  }

  @Test
  void aLargeFileGoesUpAndComesDownInParts() throws Exception {
    CountingObjectStore counting = new CountingObjectStore(store);
    counting.upload("file", source);
    assertThat(lines(method("PUT"))).hasSize(4).allMatch(line -> line.contains("partNumber="));
    assertThat(counting.puts()).as("one to begin, four parts, one to end").isEqualTo(6);
    proxy.forget();

    AtomicLong told = new AtomicLong();
    assertThat(counting.download("file", target, told::addAndGet)).hasValue((long) SIZE);
    assertThat(Files.readAllBytes(target)).isEqualTo(content);
    assertThat(told).hasValue(SIZE);
    assertThat(proxy.exchanges())
        .extracting(e -> e.request().header("range").orElseThrow())
        .containsExactlyInAnyOrder(
            "bytes=0-5242879",
            "bytes=5242880-10485759",
            "bytes=10485760-15728639",
            "bytes=15728640-15740984");
    assertThat(counting.gets()).isEqualTo(4);
  }

  @Test
  void aFileOfOnePartIsOneRequestEachWay() throws Exception {
    Files.write(source, new byte[PART]);
    store.upload("file", source);
    store.download("file", target);
    assertThat(Files.size(target)).isEqualTo(PART);
    assertThat(proxy.exchanges()).extracting(ProxiedExchange::status).containsExactly(200, 206);
  }

  @Test
  void anEmptyFileHasNoRange() throws Exception {
    Files.write(source, new byte[0]);
    store.upload("file", source);
    assertThat(store.download("file", target)).hasValue(0L);
    assertThat(Files.size(target)).isZero();
  }

  @Test
  void whatFailsForAMomentIsRepeatedPartByPart() throws Exception {
    FaultRule busy = proxy.times(2, parameter("partNumber"), Fault.answer(503, "SlowDown"));
    FaultRule lost = proxy.once(parameter("partNumber"), Fault.dropResponse());
    FaultRule failed = proxy.once(parameter("uploads"), Fault.answer(500, "InternalError"));
    store.upload("file", source);
    FaultRule cut = proxy.times(2, method("GET"), Fault.cutBodyAfter(100_000));
    FaultRule tooMany = proxy.once(method("GET"), Fault.answer(429, "TooManyRequests"));
    store.download("file", target);
    assertThat(Files.readAllBytes(target)).isEqualTo(content);
    assertThat(Stream.of(busy, lost, failed, cut, tooMany).map(FaultRule::fired))
        .containsExactly(2, 1, 1, 2, 1);
    assertThat(lines(method("PUT"))).as("four parts, three of them again").hasSize(7);
    assertThat(lines(method("GET"))).as("likewise").hasSize(7);
  }

  @Test
  void aLostAnswerToTheLastRequestIsNoFailure() throws Exception {
    FaultRule lost = proxy.once(COMPLETION, Fault.dropResponse());
    store.upload("file", source);
    assertThat(lost.fired()).isEqualTo(1);
    assertThat(lines(COMPLETION)).hasSize(2);
    assertThat(lines(ABORT)).isEmpty();
    store.download("file", target);
    assertThat(Files.readAllBytes(target)).isEqualTo(content);
  }

  /** As some servers answer: the upload is over, once it is complete. */
  @Test
  void aLastRequestThatIsRepeatedInVainIsNoFailureWhereTheObjectIsThere() throws Exception {
    FaultRule lost = proxy.once(COMPLETION, Fault.dropResponse());
    FaultRule over = proxy.once(COMPLETION, Fault.answer(404, "NoSuchUpload"));
    store.upload("file", source);
    assertThat(List.of(lost.fired(), over.fired())).containsExactly(1, 1);
    assertThat(lines(COMPLETION)).hasSize(2).last(STRING).endsWith(" 404");
    assertThat(lines(method("HEAD"))).singleElement(STRING).endsWith("/file 200");
    assertThat(lines(ABORT)).isEmpty();
    store.download("file", target);
    assertThat(Files.readAllBytes(target)).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anUploadThatSomebodyElseEndedFailsWhateverWasThereBefore(boolean another) throws Exception {
    if (another) {
      store.write("file", new byte[7]);
    }
    FaultRule over = proxy.once(COMPLETION, Fault.answer(404, "NoSuchUpload"));
    assertThatThrownBy(() -> store.upload("file", source))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContainingAll("upload", "/file", "NoSuchUpload");
    assertThat(over.fired()).isEqualTo(1);
    assertThat(lines(method("HEAD")))
        .singleElement(STRING)
        .endsWith(another ? "/file 200" : "/file 404");
    assertThat(lines(ABORT)).hasSize(1);
    assertThat(store.stat("file").map(ObjectInfo::size))
        .isEqualTo(another ? Optional.of(7L) : Optional.empty());
  }

  @Test
  void anUploadThatFailsIsAbortedAndLeavesNothing() {
    FaultRule denied =
        proxy.always(
            parameter("partNumber").and(r -> r.query().contains("partNumber=3")),
            Fault.answer(403, "AccessDenied"));
    assertThatThrownBy(() -> store.upload("file", source))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContainingAll("upload", source.toString(), "/file", "access denied");
    assertThat(denied.fired()).isEqualTo(1);
    assertThat(lines(ABORT)).hasSize(1).allMatch(line -> line.endsWith(" 204"));
    assertThat(store.stat("file")).isEmpty();
  }

  @Test
  void anUploadThatIsInterruptedIsAbortedToo() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    FaultRule parts = proxy.always(parameter("partNumber"), Fault.hold(held));
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                store.upload("file", source);
                outcome.complete(new AssertionError("uploaded"));
              } catch (RuntimeException e) {
                boolean interrupted = Thread.currentThread().isInterrupted();
                outcome.complete(interrupted ? e : new AssertionError("not interrupted", e));
              }
            });
    thread.start();
    parts.awaitFired(2);
    thread.interrupt();
    held.countDown();
    assertThat(outcome.get(60, TimeUnit.SECONDS))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("interrupted");
    assertThat(lines(ABORT)).hasSize(1);
  }

  @Test
  void aFileThatIsReplacedWhileItIsDownloadedIsNoMixture() throws Exception {
    store.upload("file", source);
    CountDownLatch replaced = new CountDownLatch(1);
    FaultRule second =
        proxy.always(r -> r.header("range").orElse("").startsWith("bytes=1"), Fault.hold(replaced));
    CompletableFuture<Void> download =
        CompletableFuture.runAsync(() -> store.download("file", target));
    second.awaitFired(1);
    Files.write(source, new byte[SIZE]);
    store.upload("file", source);
    replaced.countDown();
    assertThatThrownBy(() -> download.get(60, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(Exception.class)
        .hasMessageContaining("changed meanwhile");
  }

  @Test
  void aFileThatIsDeletedWhileItIsDownloadedIsNotTakenForMissing() {
    store.upload("file", source);
    FaultRule deleted =
        proxy.once(
            r -> r.header("range").orElse("").startsWith("bytes=1"),
            Fault.answer(404, "NoSuchKey"));
    assertThatThrownBy(() -> store.download("file", target))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("changed meanwhile");
    assertThat(deleted.fired()).isEqualTo(1);
  }

  @Test
  void anAnswerForAnotherRangeIsRefused() {
    store.upload("file", source);
    FaultRule other =
        proxy.once(
            r -> r.header("range").orElse("").startsWith("bytes=1"),
            Fault.answer(206, "").withHeader("Content-Range", "bytes 7-9/15740985"));
    assertThatThrownBy(() -> store.download("file", target))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContainingAll("expected an answer with 'bytes 1", "found 'bytes 7-9/15740985'");
    assertThat(other.fired()).isEqualTo(1);
  }

  @Test
  void progressThatThrowsEndsTheDownload() {
    store.upload("file", source);
    AtomicLong told = new AtomicLong();
    assertThatThrownBy(
            () ->
                store.download(
                    "file",
                    target,
                    bytes -> {
                      if (told.addAndGet(bytes) > PART) {
                        throw new StorageException("enough");
                      }
                    }))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessage("enough");
  }

  private List<String> lines(Predicate<ProxiedRequest> which) {
    return proxy.exchanges(which).stream().map(ProxiedExchange::line).toList();
  }

  private static int openUploads() {
    try (S3Client client =
        S3Client.builder()
            .endpointOverride(server.endpoint())
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
            .build()) {
      return client.listMultipartUploads(r -> r.bucket(server.bucket())).uploads().size();
    }
  }
}
