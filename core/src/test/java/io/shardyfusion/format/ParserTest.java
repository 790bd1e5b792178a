package io.shardyfusion.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What all four parsers have in common, and what the fixtures cannot hold. */
class ParserTest {

  @Test
  void whatIsWrittenReadsBackEqualAndIsWrittenTheSameAgain() {
    byte[] pointer = PointerParser.toJson(Samples.pointer());
    assertThat(PointerParser.fromJson("_CURRENT", pointer)).isEqualTo(Samples.pointer());
    assertThat(PointerParser.toJson(PointerParser.fromJson("_CURRENT", pointer)))
        .isEqualTo(pointer);

    byte[] manifest = ManifestParser.toJson(Samples.manifest());
    assertThat(ManifestParser.fromJson("m", manifest)).isEqualTo(Samples.manifest());
    assertThat(ManifestParser.toJson(ManifestParser.fromJson("m", manifest))).isEqualTo(manifest);

    byte[] descriptor = ShardDescriptorParser.toJson(Samples.descriptor());
    assertThat(ShardDescriptorParser.fromJson("d", descriptor)).isEqualTo(Samples.descriptor());
    assertThat(ShardDescriptorParser.toJson(ShardDescriptorParser.fromJson("d", descriptor)))
        .isEqualTo(descriptor);

    byte[] run = RunRecordParser.toJson(Samples.runRecord());
    assertThat(RunRecordParser.fromJson("r", run)).isEqualTo(Samples.runRecord());
    assertThat(RunRecordParser.toJson(RunRecordParser.fromJson("r", run))).isEqualTo(run);
  }

  @Test
  void timesAreCutToTheMillisecondWhereTheyEnter() {
    Pin pin = new Pin(1, Instant.parse("2026-11-22T10:00:00.123456789Z"), null);

    assertThat(pin.pinnedAt()).isEqualTo(Instant.parse("2026-11-22T10:00:00.123Z"));
  }

  @Test
  void aByteOrderMarkOrAnotherEncodingIsRefused() {
    String json = new String(PointerParser.toJson(Samples.pointer()), StandardCharsets.UTF_8);

    for (byte[] bytes :
        new byte[][] {
          json.getBytes(StandardCharsets.UTF_16),
          json.getBytes(StandardCharsets.UTF_16LE),
          ("\uFEFF" + json).getBytes(StandardCharsets.UTF_8)
        }) {
      assertThatThrownBy(() -> PointerParser.fromJson("_CURRENT", bytes))
          .isInstanceOf(DataDamagedException.class)
          .hasMessageContaining("the object _CURRENT");
    }
  }
}
