package io.shardyfusion.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.DataDamagedException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds for the parsers whatever they are given. */
class ParserPropertiesTest {

  @Property(tries = 300)
  void anyPointerReadsBackEqual(@ForAll long seed) {
    Pointer pointer = new RandomValues(seed).pointer();

    assertThat(PointerParser.fromJson("_CURRENT", PointerParser.toJson(pointer)))
        .isEqualTo(pointer);
  }

  @Property(tries = 300)
  void anyManifestReadsBackEqual(@ForAll long seed) {
    Manifest manifest = new RandomValues(seed).manifest();

    assertThat(ManifestParser.fromJson("m", ManifestParser.toJson(manifest))).isEqualTo(manifest);
  }

  @Property(tries = 300)
  void anyDescriptorReadsBackEqualAndMatchesItsEntry(@ForAll long seed) {
    ShardDescriptor descriptor = new RandomValues(seed).descriptor(7);

    ShardDescriptor read =
        ShardDescriptorParser.fromJson("d", ShardDescriptorParser.toJson(descriptor));

    assertThat(read).isEqualTo(descriptor);
    assertThat(Samples.entry(read)).isEqualTo(Samples.entry(descriptor));
  }

  @Property(tries = 300)
  void anyRunRecordReadsBackEqual(@ForAll long seed) {
    RunRecord run = new RandomValues(seed).run();

    assertThat(RunRecordParser.fromJson("r", RunRecordParser.toJson(run))).isEqualTo(run);
  }

  @Property(tries = 1000)
  void anyBytesAreRefusedAsDamaged(@ForAll Kind kind, @ForAll byte[] bytes) {
    try {
      kind.parse("some/object", bytes);
    } catch (DataDamagedException refused) {
      assertThat(refused).hasMessageStartingWith("the object some/object ");
    }
  }
}
