package io.shardyfusion.benchmarks;

import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import io.shardyfusion.testing.S3Server;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The store of a benchmark's datasets: a local S3 server, or a directory. */
final class BenchStore implements AutoCloseable {

  private final Path directory;
  private final @Nullable S3Server server;

  /** The kinds of stores. */
  enum Kind {
    S3,
    LOCAL;

    /** The name in options. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Starts the server where one is wanted. */
  BenchStore(Kind kind, Path directory) {
    this.directory = directory;
    this.server = kind == Kind.S3 ? S3Server.start() : null;
  }

  /** A store for the dataset of that name. The caller closes it. */
  ObjectStore open(String dataset) {
    return server == null
        ? ObjectStores.open(directory.resolve(dataset).toString(), StoreOptions.defaults())
        : open(server, dataset);
  }

  private static ObjectStore open(S3Server server, String dataset) {
    return ObjectStores.open(
        "s3://" + server.bucket() + "/" + dataset,
        StoreOptions.builder()
            .s3Endpoint(server.endpoint())
            .s3Region(server.region())
            .s3PathStyle(true)
            .s3Credentials(S3Credentials.keys(server.accessKey(), server.secretKey()))
            .build());
  }

  /** Stops the server. */
  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
