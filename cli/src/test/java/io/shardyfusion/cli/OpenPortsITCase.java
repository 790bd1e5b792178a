package io.shardyfusion.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.cli.ShardyProcess.Ended;
import io.shardyfusion.cli.ShardyProcess.Started;
import io.shardyfusion.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code shardy run}, with a Flink in its process, opens to the network. */
@EnabledOnOs(OS.LINUX)
final class OpenPortsITCase {

  private static final String LISTENS = "0A";

  @TempDir private Path directory;

  @Test
  void anEmbeddedRunListensOnTheLoopbackOnlyAndAnswersNobody() throws Exception {
    Path input = Files.createDirectory(directory.resolve("in"));
    Files.writeString(input.resolve("rows.jsonl"), "{\"id\":1}\n");
    ShardyProcess processes = new ShardyProcess(directory);
    try (Started run =
        processes.start(
            "run",
            "--mode=streaming",
            "--dataset=" + directory.resolve("dataset"),
            "--input=" + input,
            "--key=id",
            "--shards=2",
            "--checkpoint-interval=200ms",
            "--checkpoint-dir=" + directory.resolve("checkpoints").toUri())) {
      Await.until(
          "a version is announced",
          Duration.ofMinutes(2),
          () -> !run.lines().isEmpty() || !run.process().isAlive());

      // Flink's own, which hands files to its tasks.
      List<InetSocketAddress> listening = listening(run.process().pid());
      assertThat(listening)
          .hasSize(1)
          .allMatch(address -> address.getAddress().isLoopbackAddress())
          .allMatch(address -> answerOf(address).isEmpty());

      Ended ended = run.terminate();
      assertThat(ended.code()).as(ended.err()).isZero();
    }
  }

  /** What a server has to say to one who asks for the jobs. */
  private static String answerOf(InetSocketAddress address) {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write("GET /jobs HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    } catch (IOException e) {
      return ""; // Closed before the question was there.
    }
  }

  /** The addresses on which the process accepts connections, as the kernel tells. */
  private static List<InetSocketAddress> listening(long pid) throws IOException {
    Set<String> sockets = sockets(pid);
    List<InetSocketAddress> listening = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "net", table))) {
        String[] fields = line.strip().split("\\s+");
        if (fields[3].equals(LISTENS) && sockets.contains("socket:[" + fields[9] + "]")) {
          int colon = fields[1].indexOf(':');
          listening.add(
              new InetSocketAddress(
                  address(fields[1].substring(0, colon)),
                  Integer.parseInt(fields[1].substring(colon + 1), 16)));
        }
      }
    }
    return listening;
  }

  private static Set<String> sockets(long pid) throws IOException {
    Set<String> sockets = new HashSet<>();
    Path open = Path.of("/proc", Long.toString(pid), "fd");
    try (DirectoryStream<Path> files = Files.newDirectoryStream(open)) {
      for (Path file : files) {
        try {
          sockets.add(Files.readSymbolicLink(file).toString());
        } catch (NoSuchFileException e) {
          // Closed meanwhile.
        }
      }
    }
    return sockets;
  }

  /** The table has an address as words of four bytes, each in the order of the machine. */
  private static InetAddress address(String hex) throws IOException {
    ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.nativeOrder());
    ByteBuffer address = ByteBuffer.allocate(words.capacity());
    while (words.hasRemaining()) {
      address.putInt(words.getInt());
    }
    return InetAddress.getByAddress(address.array());
  }
}
