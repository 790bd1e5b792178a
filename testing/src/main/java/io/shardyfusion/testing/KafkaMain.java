package io.shardyfusion.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

/**
 * The main class of the process that {@link KafkaServer} starts: formats the storage where it is
 * new, and runs broker and controller. Ends when its standard input does, that is, when the process
 * that started it is gone.
 */
final class KafkaMain {

  /** The line that tells that the broker answers. */
  static final String READY = "the broker is ready";

  /** Any does, as long as it stays the same. */
  private static final String CLUSTER_ID = "c2hhcmR5ZnVzaW9uLXRlcw";

  private KafkaMain() {}

  public static void main(String[] args) throws IOException {
    Path settings = Path.of(args[0]);
    String[] format = {"format", "--ignore-formatted", "-t", CLUSTER_ID, "-c", settings.toString()};
    if (StorageTool.execute(format, System.out) != 0) {
      System.exit(1);
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(settings)) {
      properties.load(in);
    }
    try {
      new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM).startup();
    } catch (RuntimeException e) {
      // Other threads may live on.
      e.printStackTrace(System.out);
      Runtime.getRuntime().halt(1);
    }
    System.out.println(READY);
    System.out.flush();
    while (System.in.read() >= 0) {
      // Nothing is sent: this waits for the end.
    }
    Runtime.getRuntime().halt(0);
  }
}
