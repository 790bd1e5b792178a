package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.reader.cache.CacheLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CacheLimitsTest {

  private static final CacheLimits DEFAULTS = CacheLimits.defaults();

  @Test
  void theDefaultsAreFourDownloadsAndNoBounds() {
    assertThat(DEFAULTS.maxBytes()).isEmpty();
    assertThat(DEFAULTS.downloads()).isEqualTo(4);
    assertThat(DEFAULTS.bytesPerSecond()).isEmpty();
    assertThat(DEFAULTS.scrubInterval()).isZero();
  }

  @Test
  void eachLimitIsSetByItself() {
    CacheLimits limits =
        DEFAULTS
            .withMaxBytes(5)
            .withDownloads(6)
            .withBytesPerSecond(7)
            .withScrubInterval(Duration.ofHours(8));
    assertThat(limits.maxBytes()).hasValue(5);
    assertThat(limits.downloads()).isEqualTo(6);
    assertThat(limits.bytesPerSecond()).hasValue(7);
    assertThat(limits.scrubInterval()).hasHours(8);
  }

  @Test
  void whatMakesNoSenseIsRefusedByName() {
    assertRefused("maxBytes", () -> DEFAULTS.withMaxBytes(0));
    assertRefused("downloads", () -> DEFAULTS.withDownloads(0));
    assertRefused("downloads", () -> DEFAULTS.withDownloads(65));
    assertRefused("bytesPerSecond", () -> DEFAULTS.withBytesPerSecond(0));
    assertRefused("bytesPerSecond", () -> DEFAULTS.withBytesPerSecond(1_000_000_001));
    assertRefused("scrubInterval", () -> DEFAULTS.withScrubInterval(Duration.ofSeconds(-1)));
  }

  private static void assertRefused(String name, Runnable change) {
    assertThatThrownBy(change::run)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(name);
  }
}
