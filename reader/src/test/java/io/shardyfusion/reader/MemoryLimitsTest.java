package io.shardyfusion.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.shard.BlockCacheKind;
import org.junit.jupiter.api.Test;

class MemoryLimitsTest {

  @Test
  void haveDefaults() {
    assertThat(MemoryLimits.defaults())
        .isEqualTo(new MemoryLimits(128L << 20, BlockCacheKind.LRU, 10_000));
  }

  @Test
  void eachIsChangedAlone() {
    assertThat(
            MemoryLimits.defaults()
                .withBlockCacheBytes(1 << 20)
                .withBlockCache(BlockCacheKind.HYPER_CLOCK)
                .withMaxOpenFiles(20))
        .isEqualTo(new MemoryLimits(1 << 20, BlockCacheKind.HYPER_CLOCK, 20));
  }

  @Test
  void areChecked() {
    assertThatThrownBy(() -> MemoryLimits.defaults().withBlockCacheBytes((1 << 20) - 1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("1048576", "1048575");
    assertThatThrownBy(() -> MemoryLimits.defaults().withMaxOpenFiles(19))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("20", "19");
  }
}
