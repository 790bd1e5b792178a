package io.shardyfusion.store.s3;

import static io.shardyfusion.testing.ProxiedRequest.method;
import static io.shardyfusion.testing.ProxiedRequest.object;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.shardyfusion.AmbiguousWriteException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.store.ConditionalWrite;
import io.shardyfusion.store.ConditionalWrite.Conflict;
import io.shardyfusion.store.ConditionalWrite.Written;
import io.shardyfusion.store.Expectation;
import io.shardyfusion.store.Expectation.Absent;
import io.shardyfusion.store.Expectation.Unchanged;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.ObjectTag;
import io.shardyfusion.store.S3ConditionalWrites;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.Await;
import io.shardyfusion.testing.Fault;
import io.shardyfusion.testing.ProxiedExchange;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Stores that honour conditional writes, that do not, and that cannot tell. */
class S3ConditionalWritesTest extends ProxiedStoreTest {

  private static final AtomicInteger PREFIXES = new AtomicInteger();
  private static final String IGNORED = "conditions are ignored";

  private String uri;

  @BeforeEach
  void nameTheDataset() {
    uri = "s3://" + server.bucket() + "/conditional/" + PREFIXES.incrementAndGet();
  }

  private ObjectStore open(StoreOptions.Builder options) {
    return ObjectStores.open(uri, options.build());
  }

  private void conditionsAreIgnored() {
    proxy.always(method("PUT"), Fault.withoutHeaders("If-Match", "If-None-Match"));
  }

  private List<String> methods() {
    return proxy.exchanges().stream().map(e -> e.request().method() + " " + e.status()).toList();
  }

  /** What is in the bucket below the root, the store's own objects included. */
  private List<String> everything() {
    try (ObjectStore bucket = ObjectStores.open("s3://" + server.bucket(), options().build())) {
      String prefix = uri.substring(("s3://" + server.bucket() + "/").length()) + "/";
      return bucket.list(prefix).map(o -> o.key().substring(prefix.length())).toList();
    }
  }

  @Test
  void eachConditionIsProvenOnceAndNothingOfTheProofStays() {
    try (ObjectStore store = open(options())) {
      Written first = (Written) store.writeIf("_CURRENT", bytes("1"), new Absent());
      assertThat(methods()).containsExactly("PUT 200", "PUT 412", "DELETE 204", "PUT 200");
      proxy.forget();
      Written second = (Written) store.writeIf("_CURRENT", bytes("2"), new Unchanged(first.tag()));
      assertThat(methods()).containsExactly("PUT 200", "PUT 412", "DELETE 204", "PUT 200");
      proxy.forget();
      store.writeIf("_CURRENT", bytes("3"), new Unchanged(second.tag()));
      assertThat(store.writeIf("_CURRENT", bytes("4"), new Absent())).isEqualTo(new Conflict());
      assertThat(methods()).containsExactly("PUT 200", "PUT 412");
    }
    assertThat(everything()).containsExactly("_CURRENT");
  }

  @Test
  void aStoreThatIgnoresConditionsIsRefusedBeforeAnythingIsWritten() {
    try (ObjectStore store = open(options())) {
      store.write("_CURRENT", bytes("theirs"));
      ObjectTag tag = store.read("_CURRENT", 10).orElseThrow().tag();
      conditionsAreIgnored();
      for (Expectation expectation : List.of(new Absent(), new Unchanged(tag))) {
        assertThatThrownBy(() -> store.writeIf("_CURRENT", bytes("mine"), expectation))
            .as("%s", expectation)
            .isInstanceOf(InvalidRequestException.class)
            .hasMessageContainingAll(
                uri,
                expectation instanceof Absent ? "ignores If-None-Match" : "ignores If-Match",
                "nothing was written",
                "StoreOptions.s3ConditionalWrites(GENERATION)",
                "StoreOptions.allowUnfenced(true)");
      }
      assertThat(store.read("_CURRENT", 10).orElseThrow().content()).isEqualTo(bytes("theirs"));
    }
    assertThat(everything()).containsExactly("_CURRENT");
  }

  @Test
  void aStoreThatDoesNotKnowConditionsIsRefused() {
    proxy.always(r -> r.header("if-none-match").isPresent(), Fault.answer(501, "NotImplemented"));
    try (ObjectStore store = open(options())) {
      assertThatThrownBy(() -> store.writeIf("_CURRENT", bytes("1"), new Absent()))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll(
              "does not know If-None-Match", "StoreOptions.allowUnfenced(true)");
    }
    assertThat(everything()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {IGNORED, "none is set"})
  void anUnfencedWriteIsAllowedExplicitlyAndStillNoticesMostConflicts(String how) {
    StoreOptions.Builder options = options().allowUnfenced(true);
    if (how.equals(IGNORED)) {
      conditionsAreIgnored();
    } else {
      options.s3ConditionalWrites(S3ConditionalWrites.NONE);
    }
    ListAppender<ILoggingEvent> warnings = new ListAppender<>();
    Logger log = (Logger) LoggerFactory.getLogger(S3ConditionalPut.class);
    warnings.start();
    log.addAppender(warnings);
    try (ObjectStore store = open(options)) {
      Written first = (Written) store.writeIf("_CURRENT", bytes("1"), new Absent());
      assertThat(store.writeIf("_CURRENT", bytes("x"), new Absent())).isEqualTo(new Conflict());
      Unchanged stale = new Unchanged(first.tag());
      assertThat(store.writeIf("_CURRENT", bytes("2"), stale)).isInstanceOf(Written.class);
      assertThat(store.writeIf("_CURRENT", bytes("3"), stale)).isEqualTo(new Conflict());
      assertThat(store.read("_CURRENT", 10).orElseThrow().content()).isEqualTo(bytes("2"));
    } finally {
      log.detachAppender(warnings);
    }
    assertThat(warnings.list)
        .singleElement()
        .satisfies(e -> assertThat(e.getLevel()).isEqualTo(Level.WARN))
        .extracting(ILoggingEvent::getFormattedMessage)
        .asString()
        .contains(
            "event=writers_not_fenced store=" + uri, how.equals(IGNORED) ? "ignores" : "none");
    assertThat(everything()).containsExactly("_CURRENT");
  }

  @Test
  void anUnfencedWriteThatAnotherWriterReplacedAtOnceIsAConflict() throws Exception {
    StoreOptions.Builder options =
        options().s3ConditionalWrites(S3ConditionalWrites.NONE).allowUnfenced(true);
    CountDownLatch replaced = new CountDownLatch(1);
    proxy.once(object("PUT", "/_CURRENT"), Fault.holdResponse(replaced));
    try (ObjectStore store = open(options);
        ObjectStore other = open(options.s3Endpoint(server.endpoint()))) {
      CompletableFuture<ConditionalWrite> mine =
          CompletableFuture.supplyAsync(() -> store.writeIf("_CURRENT", bytes("1"), new Absent()));
      Await.until(
          "the first write", Duration.ofSeconds(30), () -> other.stat("_CURRENT").isPresent());
      other.write("_CURRENT", bytes("2"));
      replaced.countDown();
      assertThat(mine.get(30, TimeUnit.SECONDS)).isEqualTo(new Conflict());
    }
  }

  @Test
  void anUnfencedWriteThatCannotBeReadBackIsAmbiguous() {
    AtomicInteger reads = new AtomicInteger();
    proxy.always(
        r -> r.method().equals("GET") && reads.incrementAndGet() > 1,
        Fault.answer(403, "AccessDenied"));
    StoreOptions.Builder options =
        options().s3ConditionalWrites(S3ConditionalWrites.NONE).allowUnfenced(true);
    try (ObjectStore store = open(options)) {
      assertThatThrownBy(() -> store.writeIf("_CURRENT", bytes("1"), new Absent()))
          .isInstanceOf(AmbiguousWriteException.class)
          .hasMessageContainingAll(uri + "/_CURRENT was written", "read the object again");
    }
  }

  @Test
  void noConditionalWritesAreRefusedWithoutARequest() {
    try (ObjectStore store = open(options().s3ConditionalWrites(S3ConditionalWrites.NONE))) {
      assertThatThrownBy(() -> store.writeIf("_CURRENT", bytes("1"), new Absent()))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("are set to none", "StoreOptions.allowUnfenced(true)");
    }
    assertThat(proxy.exchanges()).isEmpty();
  }

  @Test
  void whatIsSetIsNotProven() {
    try (ObjectStore store = open(options().s3ConditionalWrites(S3ConditionalWrites.ETAG))) {
      store.writeIf("_CURRENT", bytes("1"), new Absent());
    }
    assertThat(proxy.exchanges()).extracting(ProxiedExchange::status).containsExactly(200);
  }

  @Test
  void anEndpointOfTheAwsConfigurationIsNotTakenForAws() {
    System.setProperty("aws.endpointUrlS3", proxy.endpoint().toString());
    conditionsAreIgnored();
    try (ObjectStore store = open(options().s3Endpoint(null).s3Region("us-east-1"))) {
      assertThatThrownBy(() -> store.writeIf("_CURRENT", bytes("1"), new Absent()))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("ignores If-None-Match");
    } finally {
      System.clearProperty("aws.endpointUrlS3");
    }
  }

  @Test
  void aProofThatCannotBeMadeSaysSoAndIsMadeAgain() {
    proxy.once(method("PUT"), Fault.answer(403, "AccessDenied"));
    try (ObjectStore store = open(options())) {
      assertThatThrownBy(() -> store.writeIf("_CURRENT", bytes("1"), new Absent()))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContainingAll(
              "find out whether conditional writes work", uri + "/.tmp/probe-", "access denied");
      assertThat(store.writeIf("_CURRENT", bytes("1"), new Absent())).isInstanceOf(Written.class);
    }
  }

  @Test
  void aProofOutlivesFaultsOfTheNetwork() {
    proxy.once(method("PUT"), Fault.dropResponse());
    proxy.once(method("PUT"), Fault.answer(503, "SlowDown"));
    try (ObjectStore store = open(options())) {
      assertThat(store.writeIf("_CURRENT", bytes("1"), new Absent())).isInstanceOf(Written.class);
    }
    assertThat(everything()).containsExactly("_CURRENT");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
