import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.LimitExceededException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.reader.LookupLimit;
import io.shardyfusion.reader.ReaderHealth;
import io.shardyfusion.reader.ReaderListener;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.reader.SnapshotInfo;
import io.shardyfusion.reader.cache.CacheLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A service that looks keys up in a dataset, over HTTP, on this machine only:
 *
 * <pre>
 * java -cp 'lib/*' LookupService.java DATASET CACHE PORT REFRESH
 * java -cp 'lib/*' LookupService.java s3://bucket/cities /var/cache/cities 8080 PT30S
 *
 * GET /get?key=2988507   200 and the value; 404: not there; 400: not such a key; 429: too many
 * GET /health            200 or 503, and what is wrong, as JSON
 * </pre>
 *
 * <p>SIGTERM ends it: requests under way are answered, then the reader is closed.
 */
public final class LookupService {

  private static final System.Logger LOG = System.getLogger("LookupService");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int THREADS = 2 * Runtime.getRuntime().availableProcessors();
  private static final int LAST_ANSWERS_SECONDS = 1;

  private final ShardedReader reader;

  private LookupService(ShardedReader reader) {
    this.reader = reader;
  }

  public static void main(String[] args) throws IOException {
    Path cache = Path.of(args[1]);
    int port = Integer.parseInt(args[2]);
    Duration refresh = Duration.parse(args[3]);

    // One reader for the whole process. It is open when all its shards are: no request waits for a
    // download, and whoever routes traffic here does so when it can be served.
    ReaderOptions options =
        ReaderOptions.builder(args[0])
            .cacheDirectory(cache) // It outlives a restart, which then downloads nothing.
            .cache(CacheLimits.defaults().withDownloads(8))
            .refreshInterval(refresh)
            .eager()
            .staleOk() // Serve what is here, rather than nothing, while the store is away.
            .lookupLimit(new LookupLimit(50_000, Duration.ofMillis(20)))
            .listener(new Log())
            .build();
    ShardedReader reader = ShardedReader.open(options);

    // An answer's head and body are two writes: without this the second waits for the client's
    // delayed acknowledgement of the first, 40 ms on Linux.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    LookupService service = new LookupService(reader);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/get", only("/get", service::get));
    server.createContext("/health", only("/health", service::health));
    server.setExecutor(threads);

    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.stop(LAST_ANSWERS_SECONDS);
                  threads.shutdown();
                  reader.close();
                  System.out.println("stopped");
                },
                "shutdown"));
    server.start();
    System.out.println("listening on http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void get(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    if (query == null || !query.startsWith("key=")) {
      answer(exchange, 400, "text/plain", "expected /get?key=KEY".getBytes(UTF_8));
      return;
    }
    try {
      byte[] value = value(URLDecoder.decode(query.substring("key=".length()), UTF_8));
      if (value == null) {
        answer(exchange, 404, "text/plain", "not there".getBytes(UTF_8));
      } else {
        answer(exchange, 200, "application/octet-stream", value);
      }
    } catch (IllegalArgumentException e) { // No number, no hexadecimal digits.
      answer(exchange, 400, "text/plain", String.valueOf(e.getMessage()).getBytes(UTF_8));
    } catch (ShardyfusionException e) {
      if (status(e) >= 500) {
        LOG.log(System.Logger.Level.ERROR, "lookup failed", e);
      }
      answer(exchange, status(e), "text/plain", e.getMessage().getBytes(UTF_8));
    }
  }

  /** The value, or null: asks by the type of the dataset's keys. */
  private byte[] value(String key) {
    return switch (reader.snapshot().keyEncoding().type()) {
      case LONG -> reader.get(Long.parseLong(key));
      case STRING -> reader.get(key);
      case BYTES -> reader.get(HexFormat.of().parseHex(key));
    };
  }

  private static int status(ShardyfusionException e) {
    if (e instanceof InvalidRequestException) {
      return 400;
    }
    if (e instanceof LimitExceededException) {
      return 429;
    }
    return e instanceof DataDamagedException ? 500 : 503;
  }

  /** A degraded reader serves well: taking it out of service would make matters worse. */
  private void health(HttpExchange exchange) throws IOException {
    ReaderHealth health = reader.health();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", health.status().name());
    body.put("version", health.version());
    body.put("announcedAt", health.announcedAt().toString());
    Duration checked = health.checkedAge();
    body.put("checkedSecondsAgo", checked == null ? null : checked.toSeconds());
    body.put("failures", health.failures());
    body.put("problems", health.problems());
    int status = health.status() == ReaderHealth.Status.UNHEALTHY ? 503 : 200;
    answer(exchange, status, "application/json", JSON.writeValueAsBytes(body));
  }

  /** The server gives a handler all paths that begin with its own. */
  private static HttpHandler only(String path, HttpHandler handler) {
    return exchange -> {
      try (exchange) {
        if (exchange.getRequestURI().getPath().equals(path)) {
          handler.handle(exchange);
        } else {
          answer(exchange, 404, "text/plain", "no such path".getBytes(UTF_8));
        }
      }
    };
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (body.length == 0) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /** Says what happens to the version; health says the same to those who ask. */
  private static final class Log implements ReaderListener {

    @Override
    public void swapped(SnapshotInfo before, SnapshotInfo now) {
      LOG.log(
          System.Logger.Level.INFO,
          "serves version {0} after {1}",
          now.version(),
          before.version());
    }

    @Override
    public void failed(long served, RuntimeException cause) {
      LOG.log(System.Logger.Level.WARNING, "stays on version " + served, cause);
    }
  }
}
