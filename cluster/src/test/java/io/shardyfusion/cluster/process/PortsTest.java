package io.shardyfusion.cluster.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PortsTest {

  @Test
  void portsAreFreeAndEachAnother() {
    assertThat(Ports.free(100)).doesNotHaveDuplicates().allMatch(Ports::isFree);
  }

  @Test
  void whatIsChosenAlreadyStaysAndIsNotChosenAgain() {
    assertThat(Ports.orFree(List.of(9000, 0, 8081)))
        .hasSize(3)
        .startsWith(9000)
        .endsWith(8081)
        .doesNotHaveDuplicates();
  }

  @Test
  void aPortWithAServerIsNotFree() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Ports.isFree(server.getLocalPort())).isFalse();
    }
  }
}
