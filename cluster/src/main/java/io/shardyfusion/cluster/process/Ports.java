package io.shardyfusion.cluster.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports of 127.0.0.1. */
public final class Ports {

  /** Below those that systems hand out, so that one is still free when its process starts again. */
  private static final int FIRST = 15_000;

  private static final int COUNT = 15_000;

  private Ports() {}

  /** So many free ones, each another. */
  public static List<Integer> free(int count) {
    return orFree(Collections.nCopies(count, 0));
  }

  /** The same ports, with a free one, each another, in place of each 0. */
  public static List<Integer> orFree(List<Integer> ports) {
    List<Integer> chosen = new ArrayList<>();
    for (int port : ports) {
      int candidate = port;
      while (candidate == 0) {
        int some = FIRST + ThreadLocalRandom.current().nextInt(COUNT);
        if (isFree(some) && !ports.contains(some) && !chosen.contains(some)) {
          candidate = some;
        }
      }
      chosen.add(candidate);
    }
    return chosen;
  }

  /** Returns whether a server could listen there now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // Servers do so, too: a port whose last server has just ended counts as free.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
