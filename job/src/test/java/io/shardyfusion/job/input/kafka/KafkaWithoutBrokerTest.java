package io.shardyfusion.job.input.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.options.KafkaOptions;
import io.shardyfusion.job.input.options.KafkaStart;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KafkaWithoutBrokerTest {

  private final List<String> said = new ArrayList<>();

  @Test
  void aStartWithoutABrokerIsBoundedAndNamesTheAddress() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + mute.getLocalPort();
      KafkaOptions kafka =
          kafka(address, "default.api.timeout.ms", "300", "request.timeout.ms", "300");
      assertThatThrownBy(() -> TopicCheck.require(kafka, said::add))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("no answer from Kafka at " + address + " within 300 ms")
          .hasMessageContaining("--kafka-property default.api.timeout.ms=");
      assertThat(said)
          .singleElement()
          .asString()
          .startsWith("Kafka at " + address + " does not answer");
    }
  }

  @Test
  void settingsThatKafkasClientCannotUseAreSaidBeforeTheStart() {
    assertThatThrownBy(
            () -> TopicCheck.require(kafka("127.0.0.1:1", "fetch.min.bytes", "many"), said::add))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("fetch.min.bytes")
        .hasMessageContaining("--kafka-property");
    assertThatThrownBy(() -> TopicCheck.require(kafka("nowhere"), said::add))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("nowhere")
        .hasMessageContaining("--kafka-bootstrap");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b", "a b", "..", "ü"})
  void whatIsNoNameOfATopicIsRefused(String topic) {
    assertThatThrownBy(
            () -> new KafkaOptions("127.0.0.1:1", topic, null, new KafkaStart.Earliest(), Map.of()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("A job reads one topic; correct --kafka-topic");
  }

  static List<RuntimeException> whatNoRestartMends() {
    return List.of(
        new SaslAuthenticationException("wrong password"),
        new SslAuthenticationException("no common protocol"),
        new TopicAuthorizationException(Set.of("t")),
        GroupAuthorizationException.forGroupId("g"),
        new UnsupportedVersionException("too old"),
        new InvalidTopicException("t"),
        new KafkaException("Failed to construct", new ConfigException("fetch.min.bytes", "x")));
  }

  @ParameterizedTest
  @MethodSource("whatNoRestartMends")
  void whatNoRestartMendsEndsTheJob(RuntimeException failure) {
    assertThat(
            KafkaFailures.translate(
                kafka("127.0.0.1:1"), new IllegalStateException("fetchers", failure)))
        .isInstanceOf(SuppressRestartsException.class)
        .cause()
        .hasMessageMatching(".*(--kafka|describe and read|too old or too new).*");
  }

  /** As while the broker's store of credentials is away. */
  @Test
  void credentialsThatWereAcceptedBeforeAndAreRefusedRestartTheJob() {
    KafkaOptions kafka = kafka("127.0.0.1:1");
    RuntimeException failure =
        new IllegalStateException("fetchers", new SaslAuthenticationException("no answer"));
    String message = "does not accept the job's credentials: no answer; correct the --kafka-prop";

    RuntimeException refused = KafkaFailures.translateLetInBefore(kafka, failure);
    assertThat(refused).isInstanceOf(StorageException.class).hasMessageContaining(message);
    assertThat(KafkaFailures.inJobLetInBefore(kafka, (StorageException) refused)).isSameAs(refused);
    assertThat(KafkaFailures.inJob(kafka, (StorageException) refused))
        .as("of a job that begins")
        .isInstanceOf(SuppressRestartsException.class);
    assertThat(
            KafkaFailures.translateLetInBefore(
                kafka, new KafkaException(new TopicAuthorizationException(Set.of("t")))))
        .as("of a right that is missing")
        .isInstanceOf(SuppressRestartsException.class);
  }

  static List<RuntimeException> whatARestartMends() {
    return List.of(
        new TimeoutException("node assignment"),
        new NotLeaderOrFollowerException("moved"),
        new KafkaException("Failed", new ConfigException("No resolvable bootstrap urls given")));
  }

  @ParameterizedTest
  @MethodSource("whatARestartMends")
  void whatARestartMendsDoesNot(RuntimeException failure) {
    assertThat(KafkaFailures.translate(kafka("127.0.0.1:1"), failure))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("cannot read the Kafka topic 't' at 127.0.0.1:1: ");
    assertThatThrownBy(() -> TopicCheck.require(kafka("no.such.host.invalid:1"), said::add))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("check --kafka-bootstrap, and that the host names");
  }

  @Test
  void failuresOfOthersStayAsTheyAre() {
    IllegalStateException other = new IllegalStateException("no Kafka");
    assertThatThrownBy(() -> KafkaFailures.translate(kafka("127.0.0.1:1"), other)).isSameAs(other);
  }

  @Test
  void silenceIsToldWhenItLastsAndAnAnswerEndsIt() throws Exception {
    KafkaSilence silence =
        new KafkaSilence(
            "here",
            Duration.ofMillis(1),
            new KafkaSilence.Listener() {
              @Override
              public void silent(String message) {
                said.add("silent");
              }

              @Override
              public void answered() {
                said.add("answered");
              }
            });
    assertThat(silence.await(CompletableFuture.completedFuture(1))).isEqualTo(1);
    CompletableFuture<Integer> failed =
        CompletableFuture.failedFuture(new TimeoutException("no node"));
    assertThatThrownBy(() -> silence.await(failed)).isInstanceOf(ExecutionException.class);
    CompletableFuture<Integer> refused =
        CompletableFuture.failedFuture(new TopicAuthorizationException("no"));
    assertThatThrownBy(() -> silence.await(refused)).isInstanceOf(ExecutionException.class);
    assertThat(said).containsExactly("answered", "silent");
  }

  private static KafkaOptions kafka(String address, String... properties) {
    return new KafkaOptions(
        address,
        "t",
        "g",
        new KafkaStart.Earliest(),
        properties.length == 0
            ? Map.of()
            : properties.length == 2
                ? Map.of(properties[0], properties[1])
                : Map.of(properties[0], properties[1], properties[2], properties[3]));
  }
}
