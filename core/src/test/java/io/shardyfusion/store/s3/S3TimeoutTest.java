package io.shardyfusion.store.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.S3ConditionalWrites;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.testing.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that take a connection and then say nothing, or next to nothing. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class S3TimeoutTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration SHORT = Duration.ofMillis(700);

  private static final int MORE_THAN_BUFFERS = 32 << 20;

  @TempDir Path directory;
  private ServerSocket server;
  private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
  private volatile boolean dripping;
  private Thread acceptor;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    acceptor = new Thread(this::accept, "silent-server");
    acceptor.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    acceptor.join();
    for (Socket socket : accepted) {
      socket.close();
    }
  }

  @Test
  void everyCallButATransferEndsWithinTheCallTimeout() {
    try (ObjectStore store = store(SHORT, LONG)) {
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> store.read("a", 10),
              () -> store.readIfChanged("a", new ObjectTag("\"0\""), 10),
              () -> store.stat("a"),
              () -> store.write("a", new byte[1]),
              () -> store.list("").toList(),
              () -> store.delete(List.of("a")))) {
        assertThatThrownBy(call)
            .isInstanceOf(StorageException.class)
            .hasMessageContainingAll("not done within 0.7 s", "StoreOptions.callTimeout");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
      }
    }
  }

  @Test
  void aConditionalWriteWithoutAnAnswerIsAmbiguous() {
    try (ObjectStore store = store(SHORT, LONG)) {
      assertThatThrownBy(() -> store.writeIf("a", new byte[1], new Expectation.Absent()))
          .isInstanceOf(AmbiguousWriteException.class)
          .hasMessageContainingAll("not done within 0.7 s", "read the object again");
    }
  }

  @Test
  void anAnswerThatDripsEndsWithinTheCallTimeoutToo() {
    dripping = true;
    try (ObjectStore store = store(SHORT, LONG)) {
      assertThatThrownBy(() -> store.read("a", 1_000_000))
          .isInstanceOf(StorageException.class)
          .hasMessageContainingAll("not done within 0.7 s", "StoreOptions.callTimeout");
    }
  }

  @Test
  void aTransferEndsWhenTheConnectionIsSilent() throws IOException {
    Path source = Files.write(directory.resolve("source"), new byte[1]);
    try (ObjectStore store = store(LONG, Duration.ofMillis(100))) {
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> store.download("a", directory.resolve("target")),
              () -> store.upload("a", source))) {
        assertThatThrownBy(call)
            .isInstanceOf(StorageException.class)
            .hasMessageContainingAll("no answer for 0.1 s", "StoreOptions.silenceTimeout");
      }
    }
  }

  @Test
  void anUploadEndsWhenTheServerTakesNoMoreOfIt() throws Exception {
    Path source = Files.write(directory.resolve("source"), new byte[MORE_THAN_BUFFERS]);
    CountDownLatch stopped = new CountDownLatch(1);
    try (SecureServer secure =
            SecureServer.start(
                directory,
                exchange -> {
                  await(stopped);
                  exchange.close();
                });
        ObjectStore store =
            store(
                options(LONG, Duration.ofMillis(400))
                    .s3Endpoint(secure.endpoint())
                    .s3TrustedCertificates(secure.certificate()))) {
      try {
        assertThatThrownBy(() -> store.upload("a", source))
            .isInstanceOf(StorageException.class)
            .hasMessageContainingAll("no answer for 0.", "did not take the request's body");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
      } finally {
        stopped.countDown();
      }
    }
  }

  @Test
  void anInterruptEndsAnUploadThatTheServerTakesNoMoreOf() throws Exception {
    Path source = Files.write(directory.resolve("source"), new byte[MORE_THAN_BUFFERS]);
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    try (ObjectStore store = store(LONG, LONG)) {
      Thread uploading =
          new Thread(
              () -> {
                try {
                  store.upload("a", source);
                  outcome.complete(new AssertionError("uploaded"));
                } catch (RuntimeException e) {
                  outcome.complete(e);
                }
              });
      uploading.start();
      Await.until(
          "the upload waits in a write",
          Duration.ofSeconds(30),
          () ->
              Arrays.stream(uploading.getStackTrace())
                  .limit(8)
                  .anyMatch(frame -> frame.getMethodName().contains("rite")));
      uploading.interrupt();
      assertThat(outcome.get(30, TimeUnit.SECONDS))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("interrupted");
    }
  }

  @Test
  void aDownloadThatIsHeldBackMayTakeLonger() {
    dripping = true;
    AtomicInteger told = new AtomicInteger();
    StoreOptions.Builder options = options(LONG, LONG).transferTimeout(Duration.ofSeconds(2));
    try (ObjectStore store = store(options)) {
      assertThatThrownBy(
              () ->
                  store.download(
                      "a",
                      directory.resolve("target"),
                      bytes -> {
                        if (told.incrementAndGet() == 3) {
                          throw new StorageException("enough");
                        }
                        LockSupport.parkNanos(1_500_000_000);
                      }))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessage("enough");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ObjectStore store(Duration call, Duration silence) {
    return store(options(call, silence));
  }

  private static ObjectStore store(StoreOptions.Builder options) {
    return new S3ObjectStore(new S3Location("bucket", "data"), options.build());
  }

  private StoreOptions.Builder options(Duration call, Duration silence) {
    return StoreOptions.builder()
        .s3Endpoint(URI.create("http://127.0.0.1:" + server.getLocalPort()))
        .s3Region("us-east-1")
        .s3PathStyle(true)
        .s3Credentials(S3Credentials.keys("access", "hush"))
        .s3ConditionalWrites(S3ConditionalWrites.ETAG)
        .callTimeout(call)
        .silenceTimeout(silence);
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = server.accept();
        accepted.add(socket);
        if (dripping) {
          drip(socket);
        }
      } catch (IOException e) {
        if (server.isClosed()) {
          return;
        }
      }
    }
  }

  /** Answers a byte at a time, until the other side has had enough. */
  private void drip(Socket socket) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(
        "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 1000000\r\n\r\n".getBytes(US_ASCII));
    while (!server.isClosed()) {
      out.write('x');
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Test
  void aDownloadThatDripsEndsWithinTheTransferTimeout() {
    dripping = true;
    Path target = directory.resolve("target");
    try (ObjectStore store = store(options(LONG, LONG).transferTimeout(SHORT))) {
      assertThatThrownBy(() -> store.download("a", target))
          .isInstanceOf(StorageException.class)
          .hasMessageContainingAll("0.7 s", "transferTimeout");
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
  }
}
