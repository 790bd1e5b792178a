package io.shardyfusion.format;

import com.dynatrace.hash4j.hashing.Hashing;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Values of the format for tests, and the content of {@code src-test-resources/format/v1/valid}: a
 * dataset of two shards, the second one empty, whose digests are true but for those of the table
 * files.
 */
final class Samples {

  static final String RUN_ID = "0123456789abcdef0123456789abcdef";
  static final String LINEAGE = "00112233445566778899aabbccddeeff";
  static final Instant CREATED = Instant.parse("2026-11-22T10:00:00.000Z");

  private static final String FIRST_ID = "11111111111111111111111111111111";
  private static final String SECOND_ID = "fedcba9876543210fedcba9876543210";

  private Samples() {}

  /** Pinned to the first of two versions. */
  static Pointer pointer() {
    PointerEntry second = entry(2, manifest(), CREATED.plusSeconds(1), VersionStatus.HELD);
    PointerEntry first =
        entry(1, firstManifest(), CREATED.minusSeconds(59), VersionStatus.ANNOUNCED);
    return new Pointer(
        CREATED.plusSeconds(2),
        2,
        first,
        List.of(second, first),
        new Pin(1, CREATED.minusSeconds(10), "the names in the new one are wrong"),
        new WriterIdentity(LINEAGE, 1, 0));
  }

  /** Claimed by a writer, but nothing announced yet. */
  static Pointer claimedPointer() {
    return new Pointer(CREATED, 0, null, List.of(), null, new WriterIdentity(LINEAGE, 1, 0));
  }

  /** Rolled back from 3 to 1 without a pin; version 2 has left the history. */
  static Pointer rolledBackPointer() {
    PointerEntry third = entry(3, manifest(), CREATED, VersionStatus.QUARANTINED);
    PointerEntry first =
        entry(1, firstManifest(), CREATED.minusSeconds(59), VersionStatus.ANNOUNCED);
    return new Pointer(CREATED.plusSeconds(2), 3, first, List.of(third, first), null, null);
  }

  /** Of a continuous job, which knows about how many rows there are. */
  static Pointer estimatedPointer() {
    PointerEntry entry =
        entry(1, streamingManifest(), CREATED.plusSeconds(1), VersionStatus.ANNOUNCED);
    return new Pointer(
        CREATED.plusSeconds(1), 1, entry, List.of(entry), null, new WriterIdentity(LINEAGE, 1, 41));
  }

  /** Rolled back from 2 to 1, which is pinned; a validator holds version 3. All say who and why. */
  static Pointer heldPointer() {
    PointerEntry third =
        entry(3, streamingManifest(), CREATED.plusSeconds(9), VersionStatus.ANNOUNCED)
            .held(
                HeldBy.VALIDATOR,
                StatusNote.because(
                    List.of("2 rows, expected at least 1000", "shard 0 is 3.1 × the mean")));
    PointerEntry second =
        entry(2, manifest(), CREATED.plusSeconds(1), VersionStatus.ANNOUNCED)
            .quarantined(
                new StatusNote(CREATED.plusSeconds(5), "ada", List.of("the names are wrong")));
    PointerEntry first =
        entry(1, firstManifest(), CREATED.minusSeconds(59), VersionStatus.ANNOUNCED);
    return new Pointer(
        CREATED.plusSeconds(9),
        3,
        first,
        List.of(third, second, first),
        new Pin(1, CREATED.plusSeconds(5), "the names are wrong", "ada"),
        new WriterIdentity(LINEAGE, 2, 41));
  }

  static PointerEntry entry(
      long version, Manifest manifest, Instant announcedAt, VersionStatus status) {
    return new PointerEntry(
        version,
        ref(manifest),
        manifest.runId(),
        announcedAt,
        manifest.stats().rows(),
        manifest.stats().rowsExact(),
        manifest.stats().bytes(),
        status);
  }

  /** Of a backfill that replaces {@link #firstManifest}. */
  static Manifest manifest() {
    return new Manifest(
        SECOND_ID,
        ref(firstManifest()),
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
        List.of(entry(descriptor()), entry(emptyDescriptor(1))));
  }

  /** Empty: the input had no rows. */
  static Manifest firstManifest() {
    return new Manifest(
        FIRST_ID,
        null,
        FIRST_ID,
        CREATED.minusSeconds(60),
        new ManifestWriter("flink", "2.3.0", "0.1.0", ManifestWriter.BATCH),
        null,
        null,
        new HashSharding(2),
        KeyEncoding.I64,
        ValueFormat.JSON,
        new TableEngine(TableEngine.ROCKSDB, "11.8.1", "balanced"),
        new SnapshotStats(0, true, 0, 0, 0, 0),
        Map.of(),
        List.of(entry(emptyDescriptor(0)), entry(emptyDescriptor(1))));
  }

  /** Of a continuous job, with an estimated number of rows and bounds of long keys. */
  static Manifest streamingManifest() {
    return streamingManifest(null);
  }

  /** The same, of a job that counts what it reads. */
  static Manifest countedManifest() {
    return streamingManifest(new InputCounts(12, 3, 1));
  }

  private static Manifest streamingManifest(InputCounts input) {
    return new Manifest(
        SECOND_ID,
        null,
        RUN_ID,
        CREATED.plusMillis(7),
        new ManifestWriter("flink", "2.3.0", "0.1.0", ManifestWriter.STREAMING),
        41L,
        CREATED.minusMillis(1),
        new HashSharding(1),
        KeyEncoding.UTF8,
        ValueFormat.BYTES,
        new TableEngine(TableEngine.ROCKSDB, "8.10.0", "latency"),
        new SnapshotStats(2, false, 4321, 2, 321, 1),
        input,
        Map.of("empty", ""),
        List.of(entry(streamingDescriptor())));
  }

  static ShardDescriptor descriptor() {
    return new ShardDescriptor(
        0,
        2,
        true,
        key(1),
        key(42),
        2,
        List.of(new TableFile("000008.sst", 1234, sha("the rows of two keys"))),
        privateFiles(),
        List.of(sample(key(1), "{\"name\":\"one\"}"), sample(key(42), "{\"name\":\"forty-two\"}")));
  }

  static ShardDescriptor streamingDescriptor() {
    HexBytes min = HexBytes.of(bytes("a".repeat(100)));
    HexBytes max = HexBytes.of(bytes("a".repeat(63) + "z" + "é".repeat(20)));
    return new ShardDescriptor(
        0,
        2,
        false,
        min,
        max,
        (1L << 56) - 1,
        List.of(
            new TableFile("000008.sst", 4000, sha("older rows")),
            new TableFile("12345678901234567890.sst", 321, sha("newer rows"))),
        privateFiles(),
        List.of(sample(min, "")));
  }

  static ShardDescriptor emptyDescriptor(int shard) {
    return new ShardDescriptor(shard, 0, true, null, null, 0, List.of(), privateFiles(), List.of());
  }

  static RunRecord runRecord() {
    return new RunRecord(
        RUN_ID,
        ManifestWriter.BATCH,
        RunRecord.Status.RUNNING,
        CREATED.minusSeconds(30),
        CREATED,
        CREATED.plusSeconds(600),
        null,
        null,
        Map.of("rows_read", 3L, "puts", 0L));
  }

  static RunRecord succeededRun() {
    return new RunRecord(
        RUN_ID,
        ManifestWriter.STREAMING,
        RunRecord.Status.SUCCEEDED,
        CREATED.minusSeconds(30),
        CREATED,
        null,
        2L,
        null,
        Map.of());
  }

  static RunRecord warnedRun() {
    return runRecord()
        .withWarnings(
            List.of(
                new RunWarning(
                    CREATED.minusSeconds(20), true, "cannot read /data/a: access is denied"),
                new RunWarning(CREATED, false, "/data/b.jsonl is gone; its rows are left out")));
  }

  /** Of a continuous run: a checkpoint that was announced, and one that was not. */
  static RunRecord needyRun() {
    return new RunRecord(
            RUN_ID,
            ManifestWriter.STREAMING,
            RunRecord.Status.RUNNING,
            CREATED.minusSeconds(30),
            CREATED.plusSeconds(20),
            CREATED.plusSeconds(140),
            1L,
            null,
            Map.of())
        .withNeeds(
            new RunNeeds(
                null,
                List.of(
                    new CheckpointNeeds(41, CREATED, ref(streamingManifest()), List.of()),
                    new CheckpointNeeds(
                        42,
                        CREATED.plusSeconds(10),
                        ref(streamingManifest()),
                        List.of(new DescriptorRef(0, sha("a later descriptor")))))));
  }

  /** Of a backfill, of which the record names what it replaces. */
  static RunRecord replacingRun() {
    return runRecord().withNeeds(new RunNeeds(ref(firstManifest()), List.of()));
  }

  static RunRecord failedRun() {
    return new RunRecord(
        RUN_ID,
        ManifestWriter.BATCH,
        RunRecord.Status.FAILED,
        CREATED.minusSeconds(30),
        CREATED,
        null,
        null,
        "cities.jsonl, line 7: expected a JSON object, found \"x\"\n  at 😀",
        Map.of("rows_read", 6L));
  }

  /** A manifest of the most shards, each with the longest entry. */
  static Manifest largestManifest() {
    HexBytes key = HexBytes.of(new byte[Limits.MAX_KEY_BOUND_BYTES]);
    int shards = 1 << 15;
    return new Manifest(
        SECOND_ID,
        null,
        RUN_ID,
        CREATED,
        new ManifestWriter("flink", "2.3.0", "0.1.0", ManifestWriter.BATCH),
        null,
        null,
        new HashSharding(shards),
        KeyEncoding.RAW,
        ValueFormat.BYTES,
        new TableEngine(TableEngine.ROCKSDB, "11.8.1", "balanced"),
        new SnapshotStats(
            1_000_000_000_000L * shards, true, 2_000_000_000_000L * shards, shards, 0, 0),
        Map.of(),
        IntStream.range(0, shards)
            .mapToObj(
                i ->
                    new ShardEntry(
                        i,
                        1_000_000_000_000L,
                        true,
                        2_000_000_000_000L,
                        1,
                        key,
                        key,
                        sha("shard " + i)))
            .toList());
  }

  /** A descriptor of the most files, and the most of everything else. */
  static ShardDescriptor largestDescriptor() {
    HexBytes key = HexBytes.of(new byte[KeyEncoding.MAX_KEY_BYTES]);
    return new ShardDescriptor(
        0,
        1,
        true,
        key,
        key,
        0,
        IntStream.range(0, Limits.MAX_FILES_PER_SHARD)
            .mapToObj(
                i ->
                    new TableFile(
                        String.format(Locale.ROOT, "%020d.sst", i),
                        1_000_000_000_000L,
                        sha("file " + i)))
            .toList(),
        List.of(
            new PrivateFile("CURRENT", bytes("MANIFEST-000005\n")),
            new PrivateFile("MANIFEST-000005", new byte[Limits.MAX_PRIVATE_BYTES - 16])),
        IntStream.range(0, Limits.MAX_SAMPLES).mapToObj(i -> new KeySample(key, i)).toList());
  }

  static ManifestRef ref(Manifest manifest) {
    return new ManifestRef(manifest.object(), Sha256.of(ManifestParser.toJson(manifest)));
  }

  static ShardEntry entry(ShardDescriptor descriptor) {
    return ShardEntry.of(descriptor, Sha256.of(ShardDescriptorParser.toJson(descriptor)));
  }

  private static HexBytes key(long key) {
    return HexBytes.of(KeyEncoding.I64.encode(key));
  }

  private static KeySample sample(HexBytes key, String value) {
    return new KeySample(key, Hashing.xxh3_64().hashBytesToLong(bytes(value)));
  }

  private static List<PrivateFile> privateFiles() {
    return List.of(
        new PrivateFile("CURRENT", bytes("MANIFEST-000005\n")),
        new PrivateFile("MANIFEST-000005", new byte[] {0, 1, 2, (byte) 0xff}),
        new PrivateFile("OPTIONS-000007", bytes("[Version]\n")));
  }

  private static Sha256 sha(String content) {
    return Sha256.of(bytes(content));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
