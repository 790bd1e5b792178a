package io.shardyfusion.job.input.news;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.shardyfusion.dataset.RunRecords;
import io.shardyfusion.format.RunMode;
import io.shardyfusion.format.RunRecord;
import io.shardyfusion.format.RunWarning;
import io.shardyfusion.store.ObjectStore;
import io.shardyfusion.store.StoreOptions;
import io.shardyfusion.store.open.ObjectStores;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.LoggerFactory;

@ResourceLock("the log of InputNews")
final class InputNewsTest {

  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
  private static final String RUN = "1".repeat(32);

  @TempDir Path directory;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private Instant now = START;
  private ObjectStore store;
  private InputNews news;

  @BeforeEach
  void begin() {
    String dataset = directory.resolve("dataset").toUri().toString();
    store = ObjectStores.open(dataset, StoreOptions.defaults());
    news =
        InputNews.ticking(
            new InputRun(dataset, StoreOptions.defaults(), RUN),
            new Clock() {
              @Override
              public ZoneOffset getZone() {
                return ZoneOffset.UTC;
              }

              @Override
              public Clock withZone(java.time.ZoneId zone) {
                return this;
              }

              @Override
              public Instant instant() {
                return now;
              }
            });
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void end() {
    logger().detachAppender(log);
    news.close();
    store.close();
  }

  @Test
  void aProblemIsToldOnceAgainWhilePersistingAtGrowingIntervalsAndOnceWhenItIsOver() {
    for (int minute = 0; minute < 240; minute++) {
      news.problems(new TreeMap<>(Map.of("/in/a", "cannot read /in/a: access is denied")));
      news.tick();
      now = now.plus(Duration.ofMinutes(1));
    }
    assertThat(log.list).hasSize(1 + 6 + 2); // after 1, 3, 7, 15, 31, 63 minutes, then each hour
    assertThat(log.list.get(0).getFormattedMessage())
        .isEqualTo("cannot read /in/a: access is denied");
    assertThat(log.list.get(1).getFormattedMessage())
        .isEqualTo("cannot read /in/a: access is denied; it has been so since " + START);
    assertThat(news.count()).isEqualTo(1);

    news.problems(new TreeMap<>());
    assertThat(log.list.get(9).getFormattedMessage())
        .isEqualTo("this is over: cannot read /in/a: access is denied");
    assertThat(news.count()).isZero();
  }

  @Test
  void theRecordHasWhatPersistsAndWhatHappenedAndLosesWhatIsOver() {
    record(List.of(new RunWarning(START.minusSeconds(9), true, "of an attempt before")));
    news.tick();
    assertThat(warnings()).isEmpty();

    news.problems(new TreeMap<>(Map.of("/in/a", "cannot read /in/a")));
    now = now.plusSeconds(1);
    news.happened("/in/b is gone");
    news.tick();
    assertThat(warnings())
        .containsExactly(
            new RunWarning(START, true, "cannot read /in/a"),
            new RunWarning(START.plusSeconds(1), false, "/in/b is gone"));

    news.over("/in/a");
    news.tick();
    assertThat(warnings())
        .containsExactly(new RunWarning(START.plusSeconds(1), false, "/in/b is gone"));
  }

  @Test
  void whatIsMetBeforeThereIsARecordIsInItAsSoonAsThereIs() {
    news.problems(new TreeMap<>(Map.of("/in/a", "cannot read /in/a")));
    news.tick();
    record(List.of());
    now = now.plusSeconds(5);
    news.tick();
    assertThat(warnings()).containsExactly(new RunWarning(START, true, "cannot read /in/a"));
  }

  @Test
  void theRecordHasTheNewestHappeningsOfMany() {
    record(List.of());
    for (int i = 0; i < 25; i++) {
      now = now.plusSeconds(1);
      news.happened("happening " + i);
      news.problem("/in/" + i, "cannot read /in/" + i);
    }
    news.tick();
    assertThat(warnings()).hasSize(20);
    assertThat(warnings())
        .filteredOn(w -> !w.lasts())
        .last()
        .matches(w -> w.message().endsWith("24"));
  }

  @Test
  void theGaugeShowsTheNewsOfTheEnumeratorThatThereIsNow() {
    Map<String, Gauge<?>> gauges = new HashMap<>();
    MetricGroup group =
        new UnregisteredMetricsGroup() {
          @Override
          public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
            // As Flink's groups do.
            gauges.putIfAbsent(name, gauge);
            return gauge;
          }
        };
    InputGauge gauge = new InputGauge();
    gauge.show(news, group);
    news.problem("/in/a", "cannot read /in/a");
    assertThat(gauges.get("unreadableInputs").getValue()).isEqualTo(1);
    news.close();
    try (InputNews next = InputNews.ticking(null, Clock.systemUTC())) {
      gauge.show(next, group);
      assertThat(gauges.get("unreadableInputs").getValue()).isEqualTo(0);
      next.problem("/in/b", "cannot read /in/b");
      next.problem("/in/c", "cannot read /in/c");
      assertThat(gauges.get("unreadableInputs").getValue()).isEqualTo(2);
    }
  }

  @Test
  void aDefectOfAWatchIsLoggedAndEndsNoTelling() throws Exception {
    CountDownLatch watched = new CountDownLatch(2);
    try (InputNews ticking =
        InputNews.start(
            null,
            told -> {
              watched.countDown();
              throw new IllegalStateException("a defect");
            })) {
      assertThat(watched.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(ticking.count()).isZero();
    }
    assertThat(log.list.get(0).getFormattedMessage())
        .contains("looking at the input failed")
        .contains("a defect");
  }

  @Test
  void newsThatAreClosedOpenNoStore() {
    record(List.of());
    news.happened("/in/b is gone");
    news.close();
    news.tick();
    assertThat(warnings()).isEmpty();
  }

  private void record(List<RunWarning> warnings) {
    new RunRecords(store)
        .write(
            RunRecord.builder()
                .runId(RUN)
                .mode(RunMode.STREAMING)
                .status(RunRecord.Status.RUNNING)
                .startedAt(START)
                .updatedAt(START)
                .leaseExpiresAt(START.plusSeconds(60))
                .build()
                .withWarnings(warnings));
  }

  private List<RunWarning> warnings() {
    return new RunRecords(store).warnings(RUN);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(InputNews.class);
  }
}
