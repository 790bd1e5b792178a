package io.shardyfusion.reader;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A TCP link of this machine to a server of it, which a test can make worse. */
final class FlakyLink implements AutoCloseable {

  /** What the link does to what the server answers. */
  enum Mode {
    /** Passes it on. */
    SOUND,
    /** Ends every connection, old and new. */
    DOWN,
    /** Passes it on, a little at a time. */
    SLOW,
    /** Passes some of what a connection says, then ends it. */
    CUT
  }

  private static final int CUT_AFTER = 1500;

  private final ServerSocket server;
  private final InetSocketAddress target;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Mode mode = Mode.SOUND;

  /** A link to the address that a URI names. */
  FlakyLink(URI target) throws IOException {
    this.target = new InetSocketAddress(target.getHost(), target.getPort());
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  URI endpoint() {
    return URI.create(
        "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort());
  }

  /** Changes what it does; connections that were made before end. */
  void mode(Mode next) {
    mode = next;
    sockets.forEach(FlakyLink::end);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        sockets.add(client);
        if (mode == Mode.DOWN) {
          end(client);
          continue;
        }
        Socket toServer = new Socket(target.getAddress(), target.getPort());
        sockets.add(toServer);
        threads.execute(() -> pass(client, toServer, Mode.SOUND));
        threads.execute(() -> pass(toServer, client, mode));
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void pass(Socket from, Socket to, Mode how) {
    byte[] some = new byte[how == Mode.SLOW ? 512 : 8192];
    int passed = 0;
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int size = in.read(some); size >= 0; size = in.read(some)) {
        if (how == Mode.CUT && passed + size > CUT_AFTER) {
          out.write(some, 0, Math.max(0, CUT_AFTER - passed));
          return;
        }
        out.write(some, 0, size);
        passed += size;
        LockSupport.parkNanos(how == Mode.SLOW ? 5_000_000 : 0);
      }
    } catch (IOException e) {
      // One of them has ended the connection, or the test has.
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    mode(Mode.DOWN);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
        throw new AssertionError("the threads of the link do not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
