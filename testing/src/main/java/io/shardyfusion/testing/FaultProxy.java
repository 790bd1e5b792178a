package io.shardyfusion.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * An HTTP/1.1 proxy of this process in front of an S3 server, which does to requests what a test
 * wants to happen to them, and remembers every one.
 *
 * <pre>
 * try (FaultProxy proxy = FaultProxy.to(server.endpoint())) {
 *   ObjectStore store = open(proxy.endpoint());
 *   proxy.once(object("PUT", "/_CURRENT"), Fault.dropResponse());  // lost after the effect
 *   proxy.times(2, method("GET"), Fault.answer(503, "SlowDown"));
 *   …
 *   assertThat(proxy.exchanges()).extracting(ProxiedExchange::line)
 *       .containsExactly("GET /bucket/_CURRENT 503", "GET /bucket/_CURRENT 200");
 * }
 * </pre>
 *
 * <p>Requests and answers are passed on as they are, {@code Host} included, so that signatures
 * hold; only headers of one connection are the proxy's own business, such as {@code Connection} and
 * {@code Expect}. Clients keep their connections; towards the server each request has one of its
 * own.
 *
 * <p>Rules are looked at in the order in which they were added. What happens to a request depends
 * on them and on nothing else: not on time, nor on what other connections do. An exchange is in the
 * record, with its status, before the client can see the first byte of its answer.
 *
 * <p>Safe for use by many threads. {@link #close()} ends all connections, held requests too, and
 * waits for the proxy's threads; from then on connections are refused.
 */
public final class FaultProxy implements AutoCloseable {

  private static final int BACKLOG = 256;
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final ServerSocket listener;
  private final InetSocketAddress server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "fault-proxy-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<FaultRule> rules = new CopyOnWriteArrayList<>();
  private final List<Recorded> record = new ArrayList<>();

  private FaultProxy(ServerSocket listener, InetSocketAddress server) {
    this.listener = listener;
    this.server = server;
  }

  /** Starts a proxy on a free port of 127.0.0.1, without rules: it passes everything on. */
  public static FaultProxy to(URI server) {
    try {
      InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      FaultProxy proxy =
          new FaultProxy(
              new ServerSocket(0, BACKLOG, here),
              new InetSocketAddress(server.getHost(), server.getPort()));
      proxy.threads.execute(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The proxy's address, {@code http://127.0.0.1:port}. Use path-style access. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** The next request of those meets the fault. */
  public FaultRule once(Predicate<ProxiedRequest> which, Fault fault) {
    return times(1, which, fault);
  }

  /** The next so many requests of those meet the fault. */
  public FaultRule times(int times, Predicate<ProxiedRequest> which, Fault fault) {
    FaultRule rule = new FaultRule(times, which, fault);
    rules.add(rule);
    return rule;
  }

  /** All requests of those meet the fault, until {@link #heal()}. */
  public FaultRule always(Predicate<ProxiedRequest> which, Fault fault) {
    return times(FaultRule.ALWAYS, which, fault);
  }

  /** Forgets all rules; requests that have met one are not spared. */
  public void heal() {
    rules.clear();
  }

  /** All exchanges since the start or {@link #forget()}, in the order of their arrival. */
  public List<ProxiedExchange> exchanges() {
    synchronized (record) {
      return record.stream().map(Recorded::exchange).toList();
    }
  }

  /** Those exchanges whose request is one of those. */
  public List<ProxiedExchange> exchanges(Predicate<ProxiedRequest> which) {
    return exchanges().stream().filter(exchange -> which.test(exchange.request())).toList();
  }

  /** Begins the record anew. */
  public void forget() {
    synchronized (record) {
      record.clear();
    }
  }

  /** Ends all connections, and waits for the proxy's threads. Closing again does nothing. */
  @Override
  public void close() {
    try {
      listener.close();
      threads.shutdownNow();
      do {
        sockets.forEach(FaultProxy::end);
      } while (!threads.awaitTermination(20, TimeUnit.MILLISECONDS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The rules whose fault a request meets, in order; it counts as met. */
  List<Fault> faults(ProxiedRequest request) {
    List<Fault> faults = new ArrayList<>();
    for (FaultRule rule : rules) {
      if (rule.meets(request)) {
        faults.add(rule.fault());
        if (!(rule.fault() instanceof Fault.Hold || rule.fault() instanceof Fault.WithoutHeaders)) {
          break;
        }
      }
    }
    return faults;
  }

  Recorded arrived(ProxiedRequest request) {
    Recorded recorded = new Recorded(request);
    synchronized (record) {
      record.add(recorded);
    }
    return recorded;
  }

  /** A connection to the server, which {@link #close()} ends. */
  Socket connect() throws IOException {
    Socket socket = new Socket(server.getAddress(), server.getPort());
    sockets.add(socket);
    return socket;
  }

  void ended(Socket socket) {
    end(socket);
    sockets.remove(socket);
  }

  private void accept() {
    while (true) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        client.setTcpNoDelay(true);
        threads.execute(new ProxyConnection(this, client));
      } catch (IOException | RejectedExecutionException e) {
        if (listener.isClosed()) {
          sockets.forEach(FaultProxy::end);
          return;
        }
        throw new IllegalStateException("the proxy takes no more connections", e);
      }
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An exchange that may still go on. */
  static final class Recorded {
    private final ProxiedRequest request;
    private volatile int status = ProxiedExchange.UNANSWERED;

    private Recorded(ProxiedRequest request) {
      this.request = request;
    }

    ProxiedRequest request() {
      return request;
    }

    void answered(int with) {
      status = with;
    }

    private ProxiedExchange exchange() {
      return new ProxiedExchange(request, status);
    }
  }
}
