package io.shardyfusion.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.ClosedException;
import io.shardyfusion.StorageException;
import io.shardyfusion.testing.S3Server;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class S3ObjectStoreTest extends ObjectStoreContractTest {

  private static final AtomicInteger PREFIXES = new AtomicInteger();
  private static S3Server server;

  @BeforeAll
  static void startServer() {
    server = S3Server.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  ObjectStore open() {
    return open("test/" + PREFIXES.incrementAndGet());
  }

  @Override
  ObjectStore sameAs(ObjectStore first) {
    return open(first.root().getPath().substring(1));
  }

  @Override
  Path directoryOfObjects() {
    return server.bucketDirectory().resolve(store().root().getPath().substring(1));
  }

  private static ObjectStore open(String prefix) {
    return new S3ObjectStore(
        new S3Location(server.bucket(), prefix),
        new StoreOptions(server.endpoint(), server.region(), true, null),
        StaticCredentialsProvider.create(
            AwsBasicCredentials.create(server.accessKey(), server.secretKey())));
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
  void moreThanOneRequestTakesIsRefusedBeforeItIsSent() throws Exception {
    Path sparse = directory.resolve("sparse");
    try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
      file.setLength((5L << 30) + 1);
    }
    assertThatThrownBy(() -> store().upload("big", sparse))
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll(sparse.toString(), "big", "at most 5 GiB", "found 5368709121");
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
