package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.StorageException;
import io.shardyfusion.format.ManifestRef;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.VersionStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RefreshStatusTest {

  private static final Instant ANNOUNCED = Instant.parse("2026-03-04T05:06:07Z");

  private static final PointerEntry SERVED =
      PointerEntry.builder()
          .version(7)
          .manifest(
              new ManifestRef(
                  "manifests/20260304T050607.000Z_" + "a".repeat(32) + ".json",
                  Sha256.of(new byte[1])))
          .runId("b".repeat(32))
          .announcedAt(ANNOUNCED)
          .rows(1)
          .bytes(1)
          .status(VersionStatus.ANNOUNCED)
          .rowsExact(true)
          .build();

  private final AtomicLong nanos = new AtomicLong(-5);
  private final AtomicReference<Instant> wall =
      new AtomicReference<>(ANNOUNCED.plus(Duration.ofSeconds(3)));

  private RefreshStatus status(HealthLimits limits, Duration interval) {
    return new RefreshStatus(limits.resolved(interval), new WallClock(wall), nanos::get);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    wall.updateAndGet(now -> now.plus(time));
  }

  @Test
  void isHealthyAfterALookAtThePointer() {
    RefreshStatus status = status(HealthLimits.defaults(), Duration.ofSeconds(30));
    status.checked();
    ReaderHealth health = status.health(SERVED);
    assertThat(health.status()).isEqualTo(ReaderHealth.Status.HEALTHY);
    assertThat(health.problems()).isEmpty();
    assertThat(health.version()).isEqualTo(7);
    assertThat(health.announcedAge()).isEqualTo(Duration.ofSeconds(3));
    assertThat(health.checkedAge()).isEqualTo(Duration.ZERO);
  }

  @Test
  void isDegradedAfterThreeIntervalsWithoutALookAndUnhealthyAfterTen() {
    RefreshStatus status = status(HealthLimits.defaults(), Duration.ofSeconds(30));
    status.checked();
    pass(Duration.ofSeconds(90));
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.HEALTHY);
    pass(Duration.ofSeconds(1));
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.DEGRADED);
    assertThat(status.health(SERVED).problems())
        .containsExactly("the pointer was last read 91 s ago");
    pass(Duration.ofSeconds(210));
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.UNHEALTHY);
    status.checked();
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.HEALTHY);
  }

  @Test
  void aReaderThatRefreshesOnlyWhenAskedIsNotIllForNotLooking() {
    RefreshStatus status = status(HealthLimits.defaults(), Duration.ZERO);
    status.checked();
    pass(Duration.ofDays(300));
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.HEALTHY);
  }

  @Test
  void aFailureDegradesAtOnceAndASuccessHeals() {
    RefreshStatus status = status(HealthLimits.defaults(), Duration.ofSeconds(30));
    status.checked();
    status.failed(new StorageException("no route to host"));
    status.failed(new StorageException("connection refused"));
    ReaderHealth health = status.health(SERVED);
    assertThat(health.status()).isEqualTo(ReaderHealth.Status.DEGRADED);
    assertThat(health.failures()).isEqualTo(2);
    assertThat(health.problems())
        .containsExactly("the last 2 refreshes failed: connection refused");
    status.upToDate();
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.HEALTHY);
    assertThat(status.failures()).isEqualTo(2);
    assertThat(status.failuresInARow()).isZero();
  }

  @Test
  void isUnhealthyWhenItHasKnownForLongOfAVersionThatItCouldNotServe() {
    RefreshStatus status = status(HealthLimits.defaults(), Duration.ofSeconds(30));
    for (int i = 0; i < 11; i++) {
      assertThat(status.health(SERVED).status()).isNotEqualTo(ReaderHealth.Status.UNHEALTHY);
      status.checked();
      status.behind(8 + i);
      pass(Duration.ofSeconds(30));
    }
    ReaderHealth health = status.health(SERVED);
    assertThat(health.status()).isEqualTo(ReaderHealth.Status.UNHEALTHY);
    assertThat(health.problems())
        .containsExactly(
            "version 7 is served, but the dataset's current version has been 18 for at least 330 s");
  }

  @Test
  void theDistanceToTheCurrentVersionIsKnownUntilThatIsServed() {
    RefreshStatus status = status(HealthLimits.defaults(), Duration.ofSeconds(30));
    assertThat(status.versionsBehind(SERVED)).isZero();
    status.behind(9);
    assertThat(status.versionsBehind(SERVED)).isEqualTo(2);
    status.behind(6);
    assertThat(status.versionsBehind(SERVED)).as("after a rollback").isEqualTo(-1);
    status.upToDate();
    assertThat(status.versionsBehind(SERVED)).isZero();
  }

  @Test
  void theAgeOfTheLookIsThatOfTheCacheWhereTheStoreWasNotReached() {
    RefreshStatus status = status(HealthLimits.defaults(), Duration.ofSeconds(30));
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.DEGRADED);
    status.checkedAt(wall.get().minus(Duration.ofHours(2)));
    ReaderHealth health = status.health(SERVED);
    assertThat(health.status()).isEqualTo(ReaderHealth.Status.UNHEALTHY);
    assertThat(health.checkedAge()).isEqualTo(Duration.ofHours(2));
  }

  @Test
  void aVersionThatIsTooOldDegradesWhereThatIsAskedFor() {
    HealthLimits limits = HealthLimits.defaults().withMaxAnnouncedAge(Duration.ofMinutes(10));
    RefreshStatus status = status(limits, Duration.ofSeconds(30));
    pass(Duration.ofMinutes(10));
    status.checked();
    ReaderHealth health = status.health(SERVED);
    assertThat(health.status()).isEqualTo(ReaderHealth.Status.DEGRADED);
    assertThat(health.problems()).containsExactly("version 7 was announced 603 s ago");
  }

  @Test
  void settingTheClockMakesAReaderNeitherHealthyNorIll() {
    RefreshStatus status = status(HealthLimits.defaults(), Duration.ofSeconds(30));
    status.checked();
    wall.set(ANNOUNCED.minus(Duration.ofDays(1)));
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.HEALTHY);
    assertThat(status.health(SERVED).announcedAge()).isEqualTo(Duration.ZERO);
    wall.set(ANNOUNCED.plus(Duration.ofDays(1)));
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.HEALTHY);
    nanos.addAndGet(Duration.ofHours(1).toNanos());
    wall.set(ANNOUNCED);
    assertThat(status.health(SERVED).status()).isEqualTo(ReaderHealth.Status.UNHEALTHY);
  }

  /** A clock that a test sets. */
  private static final class WallClock extends Clock {
    private final AtomicReference<Instant> now;

    WallClock(AtomicReference<Instant> now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now.get();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
