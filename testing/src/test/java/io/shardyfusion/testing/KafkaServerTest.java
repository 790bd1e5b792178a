package io.shardyfusion.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;

final class KafkaServerTest {

  @Test
  void recordsSurviveAKilledBrokerAndNothingIsLeftOfAClosedOne() throws Exception {
    KafkaServer server = KafkaServer.start();
    String address = server.bootstrapServers();
    assertThat(address).startsWith("127.0.0.1:");
    try (server;
        KafkaTopics topics = new KafkaTopics(server)) {
      topics.create("rows", 2);
      topics.send("rows", 0, "a", "1");
      topics.send("rows", 1, "b", "2");
      topics.send("rows", 0, "a", null);
      topics.flush();
      server.kill();
      assertThatThrownBy(() -> connect(address)).isInstanceOf(java.io.IOException.class);
      server.restart();
      assertThat(server.bootstrapServers()).isEqualTo(address);
      topics.send("rows", 0, null, "3");
      topics.flush();
      assertThat(read(server, "rows", 0)).containsExactly("a=1", "a=null", "null=3");
      assertThat(read(server, "rows", 1)).containsExactly("b=2");
      assertThat(topics.committed("nobody", "rows", 0)).isEqualTo(-1);
      topics.deleteBefore("rows", 0, 2);
      assertThat(read(server, "rows", 0)).containsExactly("null=3");
    }
    assertThatThrownBy(() -> connect(address)).isInstanceOf(java.io.IOException.class);
    try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("kafka-server-"));
    }
    server.close();
  }

  private static void connect(String address) throws java.io.IOException {
    URI uri = URI.create("tcp://" + address);
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), 5000);
    }
  }

  private static List<String> read(KafkaServer server, String topic, int partition) {
    TopicPartition from = new TopicPartition(topic, partition);
    List<String> found = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", server.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(from));
      consumer.seekToBeginning(List.of(from));
      long end = consumer.endOffsets(List.of(from)).get(from);
      while (consumer.position(from) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(5))) {
          found.add(text(record.key()) + "=" + text(record.value()));
        }
      }
    }
    return found;
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : new String(bytes, UTF_8);
  }
}
