package io.shardyfusion.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.Expectation.Absent;
import io.shardyfusion.store.Expectation.Unchanged;
import io.shardyfusion.store.ObjectInfo;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectStoreContractTest;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.StoreProcess;
import io.shardyfusion.testing.S3Server;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a store on S3 promises besides, whatever the server(). */
abstract class S3StoreContractTest extends ObjectStoreContractTest {

  private static final AtomicInteger PREFIXES = new AtomicInteger();

  /** A server that checks signatures; one for all tests of a class. */
  abstract S3Server server();

  @Override
  protected ObjectStore open() {
    return open("test/" + PREFIXES.incrementAndGet());
  }

  @Override
  protected ObjectStore sameAs(ObjectStore first) {
    return open(first.root().getPath().substring(1));
  }

  private ObjectStore open(String prefix) {
    return open(server().bucket(), prefix, server().accessKey(), server().secretKey());
  }

  private ObjectStore open(String bucket, String prefix, String accessKey, String secret) {
    return new S3ObjectStore(
        new S3Location(bucket, prefix),
        StoreOptions.builder()
            .s3Endpoint(server().endpoint())
            .s3Region(server().region())
            .s3PathStyle(true)
            .s3Credentials(S3Credentials.keys(accessKey, secret))
            .build());
  }

  @Test
  void aBucketThatDoesNotExistIsNamed() {
    try (ObjectStore store =
        open("no-such-bucket", "a", server().accessKey(), server().secretKey())) {
      for (Runnable call : everyCall(store)) {
        assertThatThrownBy(call::run)
            .isExactlyInstanceOf(StorageException.class)
            .hasMessageContainingAll(
                "s3://no-such-bucket",
                server().endpoint().toString(),
                "the bucket 'no-such-bucket' does not exist; create it");
      }
    }
  }

  @Test
  void aWrongSecretIsToldAndNotRepeated() {
    try (ObjectStore store = open(server().bucket(), "a", server().accessKey(), "hush")) {
      for (Runnable call : everyCall(store)) {
        assertThatThrownBy(call::run)
            .isExactlyInstanceOf(StorageException.class)
            .hasMessageContainingAll("s3://" + server().bucket(), server().endpoint().toString())
            .hasMessageNotContaining("hush");
      }
      assertThatThrownBy(() -> store.read("key", 1))
          .hasMessageContainingAll("s3://" + server().bucket() + "/a/key", "SignatureDoesNotMatch")
          .hasMessageContaining("the credentials were not accepted; check the access key");
      assertThatThrownBy(() -> store.delete(List.of("key")))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll(
              "delete 1 object(s) from s3://", "credentials were not accepted");
      assertThatThrownBy(() -> store.stat("key")) // A HEAD is answered without a reason.
          .hasMessageContaining("access denied; check that the credentials");
    }
  }

  @Test
  void anUnknownAccessKeyIsTold() {
    try (ObjectStore store = open(server().bucket(), "a", "nobody", "hush")) {
      assertThatThrownBy(() -> store.writeIf("key", new byte[1], new Absent()))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContaining("the credentials were not accepted; check the access key");
    }
  }

  /** Every call but delete, which S3Proxy answers well where there is no bucket. */
  private List<Runnable> everyCall(ObjectStore store) {
    Path target = directory.resolve("target");
    Path source = Path.of(System.getProperty("java.home"), "release");
    return List.of(
        () -> store.stat("key"),
        () -> store.read("key", 1),
        () -> store.readIfChanged("key", new ObjectTag("\"0\""), 1),
        () -> store.download("key", target),
        () -> store.write("key", new byte[1]),
        () -> store.upload("key", source),
        () -> store.writeIf("key", new byte[1], new Absent()),
        () -> store.writeIf("key", new byte[1], new Unchanged(new ObjectTag("\"0\""))),
        () -> store.list("").forEach(object -> {}));
  }

  @Test
  @Timeout(60)
  void credentialsComeFromTheEnvironment() throws Exception {
    store().write("greeting", bytes("hello"));
    ProcessBuilder reader = reader("greeting");
    reader.environment().put("AWS_ACCESS_KEY_ID", server().accessKey());
    reader.environment().put("AWS_SECRET_ACCESS_KEY", server().secretKey());
    StoreProcess.Result result = StoreProcess.run(reader);
    assertThat(result.output()).contains("hello");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  @Timeout(60)
  void whereThereAreNoCredentialsTheMessageSaysHowToGiveSome() throws Exception {
    StoreProcess.Result result = StoreProcess.run(reader("greeting"));
    assertThat(result.output())
        .contains(
            "greeting at " + server().endpoint(), "no credentials found; set AWS_ACCESS_KEY_ID");
    assertThat(result.exitCode()).isEqualTo(3);
  }

  /** A process that reads {@code key} with nothing of AWS around it. */
  private ProcessBuilder reader(String key) {
    List<String> command =
        StoreProcess.command("read", key, store().root().toString(), server().endpoint() + "");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    builder.environment().put("AWS_CONFIG_FILE", directory.resolve("none").toString());
    builder.environment().put("AWS_SHARED_CREDENTIALS_FILE", directory.resolve("none").toString());
    return builder;
  }

  @Test
  void anInterruptEndsARequestAndStays() {
    // So that it is known that conditional writes work.
    store().writeIf("before", new byte[1], new Absent());
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> store().read("a", 1))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      assertThatThrownBy(() -> store().writeIf("a", new byte[1], new Absent()))
          .isInstanceOf(AmbiguousWriteException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
    assertThat(keys("")).containsExactly("before");
  }

  @Test
  void storesSeeOnlyWhatIsBelowTheirPrefix() {
    try (ObjectStore other = open(store().root().getPath().substring(1) + "0")) {
      other.write("other", bytes("1"));
      store().write("mine", bytes("1"));
      assertThat(keys("")).containsExactly("mine");
      assertThat(other.list("")).extracting(ObjectInfo::key).containsExactly("other");
    }
  }

  @Test
  void aPrefixMayHaveOddCharacters() {
    try (ObjectStore odd = open("odd/a b+c%20d&e'f")) {
      odd.write("x/1", bytes("1"));
      assertThat(odd.list("")).extracting(ObjectInfo::key).containsExactly("x/1");
      assertThat(odd.read("x/1", 1)).isPresent();
      odd.delete(List.of("x/1"));
      assertThat(odd.list("")).isEmpty();
    }
  }

  @Test
  void moreThanS3StoresIsRefusedBeforeItIsSent() throws Exception {
    Path sparse = directory.resolve("sparse");
    try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
      file.setLength((5L << 40) + 1);
    }
    assertThatThrownBy(() -> store().upload("big", sparse))
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll(sparse.toString(), "big", "at most 5 TiB", "found 5497558138881");
    assertThat(keys("")).isEmpty();
  }

  @Test
  void listingAfterTheStoreWasClosedSaysSo() {
    store().write("a", bytes("1"));
    var listing = store().list("").iterator();
    store().close();
    assertThatThrownBy(listing::hasNext).isInstanceOf(ClosedException.class);
  }
}
