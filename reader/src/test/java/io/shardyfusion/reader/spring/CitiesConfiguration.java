package io.shardyfusion.reader.spring;

// begin spring
import io.micrometer.core.instrument.MeterRegistry;
import io.shardyfusion.reader.ReaderHealth;
import io.shardyfusion.reader.ReaderOptions;
import io.shardyfusion.reader.ReaderStats;
import io.shardyfusion.reader.ShardedReader;
import io.shardyfusion.reader.SnapshotInfo;
import io.shardyfusion.reader.micrometer.MicrometerReaderMetrics;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
public class CitiesConfiguration {

  @Bean // Spring closes it in the end, after all that use it.
  ShardedReader cities(
      @Value("${cities.dataset}") String dataset,
      @Value("${cities.cache}") Path cache,
      MeterRegistry registry) {
    return ShardedReader.open(
        ReaderOptions.builder(dataset)
            .cacheDirectory(cache)
            .eager()
            .metrics(new MicrometerReaderMetrics(registry))
            .build());
  }

  /** The component "cities" of /actuator/health. */
  @Bean
  HealthIndicator citiesHealthIndicator(ShardedReader cities) {
    return () -> {
      ReaderHealth health = cities.health();
      boolean serves = health.status() != ReaderHealth.Status.UNHEALTHY;
      return (serves ? Health.up() : Health.outOfService())
          .withDetail("reader", health.status())
          .withDetail("version", health.version())
          .withDetail("problems", health.problems())
          .build();
    };
  }

  @Bean
  DatasetEndpoint datasetEndpoint(ShardedReader cities) {
    return new DatasetEndpoint(cities);
  }

  /** /actuator/dataset: the version that this instance serves. */
  @Endpoint(id = "dataset")
  public static class DatasetEndpoint {

    private final ShardedReader reader;

    DatasetEndpoint(ShardedReader reader) {
      this.reader = reader;
    }

    @ReadOperation
    public Map<String, Object> served() {
      SnapshotInfo snapshot = reader.snapshot();
      ReaderStats stats = reader.stats();
      return Map.of(
          "version", snapshot.version(),
          "announcedAt", snapshot.announcedAt().toString(),
          "rows", snapshot.rows(),
          "versionsBehind", stats.versionsBehind(),
          "cacheBytes", stats.cacheBytes());
    }
  }
}
// end spring
