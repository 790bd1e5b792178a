package io.shardyfusion.shard.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.format.KeySample;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeySamplerTest {

  @Test
  void upToSixteenRowsAreAllSampled() {
    assertThat(sampledRows(0)).isEmpty();
    assertThat(sampledRows(1)).containsExactly(0L);
    assertThat(sampledRows(16)).hasSize(16);
    assertThat(sampledRows(17)).containsExactly(0L, 2L, 4L, 6L, 8L, 10L, 12L, 14L, 16L);
  }

  @ParameterizedTest
  @ValueSource(ints = {31, 32, 33, 100, 1_000, 99_999, 1 << 17})
  void samplesAreEvenlySpreadFromTheFirstRowOn(int rows) {
    List<Long> sampled = sampledRows(rows);
    assertThat(sampled).hasSizeBetween(9, 16);
    long stride = sampled.get(1);
    for (int i = 0; i < sampled.size(); i++) {
      assertThat(sampled.get(i)).isEqualTo(i * stride);
    }
    assertThat(rows - sampled.get(sampled.size() - 1)).isBetween(1L, stride);
  }

  /** The published test value of XXH3_64 for no bytes, seed 0. */
  @Test
  void theHashIsXxh3() {
    assertThat(KeySampler.hash(new byte[0])).isEqualTo(0x2d06800538d394c2L);
  }

  private static List<Long> sampledRows(int rows) {
    KeySampler sampler = new KeySampler();
    ByteBuffer key = ByteBuffer.allocate(Long.BYTES);
    ByteBuffer value = ByteBuffer.allocate(1);
    for (long i = 0; i < rows; i++) {
      sampler.offer(key.putLong(0, i), value);
    }
    return sampler.samples().stream()
        .map(KeySample::key)
        .map(k -> ByteBuffer.wrap(k.toBytes()).getLong())
        .toList();
  }
}
