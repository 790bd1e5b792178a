package io.shardyfusion.format;

import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of the format for tests: one small dataset of two shards, the second one empty. */
final class Samples {

  static final String RUN_ID = "0123456789abcdef0123456789abcdef";
  static final String MANIFEST_ID = "fedcba9876543210fedcba9876543210";
  static final Instant CREATED = Instant.parse("2026-11-22T10:00:00.000Z");

  private Samples() {}

  static Pointer pointer() {
    PointerEntry second =
        new PointerEntry(
            2,
            new ManifestRef(Layout.manifest(CREATED, MANIFEST_ID), sha("manifest 2")),
            RUN_ID,
            CREATED.plusSeconds(1),
            2,
            1234,
            VersionStatus.HELD);
    PointerEntry first =
        new PointerEntry(
            1,
            new ManifestRef(Layout.manifest(CREATED.minusSeconds(60), RUN_ID), sha("manifest 1")),
            RUN_ID,
            CREATED.minusSeconds(59),
            1,
            1000,
            VersionStatus.ANNOUNCED);
    return new Pointer(
        CREATED.plusSeconds(2),
        2,
        first,
        List.of(second, first),
        new Pin(1, CREATED.minusSeconds(10), "the new prices are wrong"),
        new WriterIdentity(RUN_ID, 1, 0));
  }

  static Manifest manifest() {
    ShardDescriptor full = descriptor();
    ShardDescriptor empty = emptyDescriptor();
    return new Manifest(
        MANIFEST_ID,
        new ManifestRef(Layout.manifest(CREATED.minusSeconds(60), RUN_ID), sha("manifest 1")),
        RUN_ID,
        CREATED,
        new ManifestWriter("flink", "2.3.0", "0.1.0", ManifestWriter.BATCH),
        null,
        null,
        new HashSharding(2),
        KeyEncoding.I64,
        ValueFormat.JSON,
        new TableEngine(TableEngine.ROCKSDB, "11.8.1", "balanced"),
        new SnapshotStats(2, true, 1234, 1, 1234, 1),
        Map.of("team", "geo", "étiquette", "日本語"),
        List.of(
            ShardEntry.of(full, Sha256.of(ShardDescriptorParser.toJson(full))),
            ShardEntry.of(empty, Sha256.of(ShardDescriptorParser.toJson(empty)))));
  }

  static ShardDescriptor descriptor() {
    HexBytes min = HexBytes.of(KeyEncoding.I64.encode(-1));
    HexBytes max = HexBytes.of(KeyEncoding.I64.encode(2988507));
    return new ShardDescriptor(
        0,
        2,
        true,
        min,
        max,
        2,
        List.of(new TableFile("000008.sst", 1234, sha("table file"))),
        privateFiles(),
        List.of(
            new KeySample(min, 0x0123456789abcdefL), new KeySample(max, 0xfedcba9876543210L)));
  }

  static ShardDescriptor emptyDescriptor() {
    return new ShardDescriptor(1, 0, true, null, null, 0, List.of(), privateFiles(), List.of());
  }

  static RunRecord runRecord() {
    return runRecord(RunRecord.Status.RUNNING, CREATED.plusSeconds(600), null, null);
  }

  static RunRecord runRecord(
      RunRecord.Status status,
      @Nullable Instant lease,
      @Nullable Long lastVersion,
      @Nullable String error) {
    return new RunRecord(
        RUN_ID,
        ManifestWriter.BATCH,
        status,
        CREATED.minusSeconds(30),
        CREATED,
        lease,
        lastVersion,
        error,
        Map.of("rows_read", 3L, "puts", 0L));
  }

  static List<PrivateFile> privateFiles() {
    return List.of(
        new PrivateFile("CURRENT", bytes("MANIFEST-000005\n")),
        new PrivateFile("MANIFEST-000005", new byte[] {0, 1, 2, (byte) 0xff}),
        new PrivateFile("OPTIONS-000007", bytes("[Version]\n")));
  }

  static Sha256 sha(String content) {
    return Sha256.of(bytes(content));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
