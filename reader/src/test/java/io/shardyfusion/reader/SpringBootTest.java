package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.shardyfusion.reader.spring.CitiesConfiguration;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The reader in an application of Spring Boot 3 with its actuator, whose endpoints are asked by
 * JMX: a web server would be 10 MB more, and show the same.
 */
@Timeout(120)
class SpringBootTest {

  private static final int ROWS = 100;

  @TempDir Path directory;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(CitiesConfiguration.class)
  static class Application {}

  @AfterEach
  void nothingIsLeftOpen() {
    Leaks.assertNone(directory);
  }

  @Test
  void theActuatorTellsOfTheReadersHealthAndVersionAndHasItsMeters() throws Exception {
    TestDataset dataset = TestDataset.ofLongs(directory, 2, ROWS);
    ShardedReader reader;
    HealthEndpoint health;
    try (ConfigurableApplicationContext context = start(dataset)) {
      reader = context.getBean(ShardedReader.class);
      health = context.getBean(HealthEndpoint.class);
      assertThat(health.healthForPath("cities").getStatus()).isEqualTo(Status.UP);
      assertThat(served()).contains("version=1", "rows=100", "versionsBehind=0");

      dataset.publish(LongStream.range(0, ROWS).boxed(), key -> TestDataset.value("v2", key));
      assertThat(reader.refresh()).isTrue();
      assertThat(served()).contains("version=2");
      assertThat(
              context
                  .getBean(MeterRegistry.class)
                  .get("shardyfusion.reader.served.version")
                  .gauge()
                  .value())
          .isEqualTo(2);

      reader.close();
      assertThat(health.healthForPath("cities").getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
    }
  }

  private ConfigurableApplicationContext start(TestDataset dataset) {
    // The log is that of the tests, in which other tests look.
    System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
    SpringApplication application = new SpringApplication(Application.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setRegisterShutdownHook(false);
    application.setLogStartupInfo(false);
    application.setDefaultProperties(
        Map.of(
            "cities.dataset", dataset.uri(),
            "cities.cache", directory.resolve("cache").toString(),
            "spring.main.banner-mode", "off",
            "spring.jmx.enabled", "true",
            "management.endpoints.jmx.exposure.include", "dataset"));
    return application.run();
  }

  private static String served() throws Exception {
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    return beans
        .invoke(
            new ObjectName("org.springframework.boot:type=Endpoint,name=Dataset"),
            "served",
            new Object[0],
            new String[0])
        .toString();
  }
}
