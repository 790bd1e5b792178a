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
    return PointerEntry.builder()
        .version(version)
        .manifest(ref(manifest))
        .runId(manifest.runId())
        .announcedAt(announcedAt)
        .rows(manifest.stats().rows())
        .rowsExact(manifest.stats().rowsExact())
        .bytes(manifest.stats().bytes())
        .status(status)
        .build();
  }

  /** Of a backfill that replaces {@link #firstManifest}. */
  static Manifest manifest() {
    return Manifest.builder()
        .manifestId(SECOND_ID)
        .parent(ref(firstManifest()))
        .runId(RUN_ID)
        .createdAt(CREATED)
        .writer(new ManifestWriter("flink", "2.3.0", "0.1.0", RunMode.BATCH))
        .sharding(new HashSharding(2))
        .keyEncoding(KeyEncoding.I64)
        .valueFormat(ValueFormat.JSON)
        .engine(new TableEngine(TableEngine.ROCKSDB, "11.8.1", "balanced"))
        .stats(new SnapshotStats(2, true, 1234, 1, 1234, 1))
        .custom(Map.of("team", "geo", "étiquette", "日本語"))
        .shards(List.of(entry(descriptor()), entry(emptyDescriptor(1))))
        .build();
  }

  /** Empty: the input had no rows. */
  static Manifest firstManifest() {
    return Manifest.builder()
        .manifestId(FIRST_ID)
        .runId(FIRST_ID)
        .createdAt(CREATED.minusSeconds(60))
        .writer(new ManifestWriter("flink", "2.3.0", "0.1.0", RunMode.BATCH))
        .sharding(new HashSharding(2))
        .keyEncoding(KeyEncoding.I64)
        .valueFormat(ValueFormat.JSON)
        .engine(new TableEngine(TableEngine.ROCKSDB, "11.8.1", "balanced"))
        .stats(new SnapshotStats(0, true, 0, 0, 0, 0))
        .shards(List.of(entry(emptyDescriptor(0)), entry(emptyDescriptor(1))))
        .build();
  }

  /** Of a continuous job, with an estimated number of rows and bounds of long keys. */
  static Manifest streamingManifest() {
    return streamingManifest(null);
  }

  /** The same, of a job that counts what it reads. */
  /** A schema whose Parsing Canonical Form differs from its text. */
  static final ValueSchema AVRO_SCHEMA =
      new ValueSchema(
          ValueSchema.Kind.AVRO,
          new Sha256("79da0859fa327e669796bb433d4fe4761b21aff9b0a658fc4c4db0b4e9669d26"),
          """
          {
            "type": "record",
            "name": "City",
            "namespace": "example",
            "fields": [
              {"name": "name", "type": "string"},
              {"name": "population", "type": "long", "default": 0}
            ]
          }
          """);

  static final ValueSchema JSON_SCHEMA =
      new ValueSchema(
          ValueSchema.Kind.JSON_SCHEMA,
          new Sha256("5b86709330ff57c6fca347f207536df50ba0432a500d79ba6cb81eabf2753b82"),
          """
          {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",\
          "properties":{"name":{"type":"string"}},"required":["name"]}
          """);

  static Manifest avroManifest() {
    return countedManifest().withValueSchema(AVRO_SCHEMA);
  }

  static Manifest jsonSchemaManifest() {
    return countedManifest().withValueFormat(ValueFormat.JSON).withValueSchema(JSON_SCHEMA);
  }

  static Manifest countedManifest() {
    return streamingManifest(new InputCounts(12, 3, 1));
  }

  private static Manifest streamingManifest(InputCounts input) {
    return Manifest.builder()
        .manifestId(SECOND_ID)
        .runId(RUN_ID)
        .createdAt(CREATED.plusMillis(7))
        .writer(new ManifestWriter("flink", "2.3.0", "0.1.0", RunMode.STREAMING))
        .checkpointId(41L)
        .watermark(CREATED.minusMillis(1))
        .sharding(new HashSharding(1))
        .keyEncoding(KeyEncoding.UTF8)
        .valueFormat(ValueFormat.BYTES)
        .engine(new TableEngine(TableEngine.ROCKSDB, "8.10.0", "latency"))
        .stats(new SnapshotStats(2, false, 4321, 2, 321, 1))
        .input(input)
        .custom(Map.of("empty", ""))
        .shards(List.of(entry(streamingDescriptor())))
        .build();
  }

  static ShardDescriptor descriptor() {
    return ShardDescriptor.builder()
        .shard(0)
        .rows(2)
        .rowsExact(true)
        .minKey(key(1))
        .maxKey(key(42))
        .sequence(2)
        .files(List.of(new TableFile("000008.sst", 1234, sha("the rows of two keys"))))
        .privateFiles(privateFiles())
        .samples(
            List.of(
                sample(key(1), "{\"name\":\"one\"}"), sample(key(42), "{\"name\":\"forty-two\"}")))
        .build();
  }

  static ShardDescriptor streamingDescriptor() {
    HexBytes min = HexBytes.of(bytes("a".repeat(100)));
    HexBytes max = HexBytes.of(bytes("a".repeat(63) + "z" + "é".repeat(20)));
    return ShardDescriptor.builder()
        .shard(0)
        .rows(2)
        .rowsExact(false)
        .minKey(min)
        .maxKey(max)
        .sequence((1L << 56) - 1)
        .files(
            List.of(
                new TableFile("000008.sst", 4000, sha("older rows")),
                new TableFile("12345678901234567890.sst", 321, sha("newer rows"))))
        .privateFiles(privateFiles())
        .samples(List.of(sample(min, "")))
        .build();
  }

  static ShardDescriptor emptyDescriptor(int shard) {
    return ShardDescriptor.builder()
        .shard(shard)
        .rows(0)
        .rowsExact(true)
        .sequence(0)
        .privateFiles(privateFiles())
        .build();
  }

  static RunRecord runRecord() {
    return RunRecord.builder()
        .runId(RUN_ID)
        .mode(RunMode.BATCH)
        .status(RunRecord.Status.RUNNING)
        .startedAt(CREATED.minusSeconds(30))
        .updatedAt(CREATED)
        .leaseExpiresAt(CREATED.plusSeconds(600))
        .counters(Map.of("rows_read", 3L, "puts", 0L))
        .build();
  }

  static RunRecord succeededRun() {
    return RunRecord.builder()
        .runId(RUN_ID)
        .mode(RunMode.STREAMING)
        .status(RunRecord.Status.SUCCEEDED)
        .startedAt(CREATED.minusSeconds(30))
        .updatedAt(CREATED)
        .lastVersion(2L)
        .build();
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
    return RunRecord.builder()
        .runId(RUN_ID)
        .mode(RunMode.STREAMING)
        .status(RunRecord.Status.RUNNING)
        .startedAt(CREATED.minusSeconds(30))
        .updatedAt(CREATED.plusSeconds(20))
        .leaseExpiresAt(CREATED.plusSeconds(140))
        .lastVersion(1L)
        .build()
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
    return RunRecord.builder()
        .runId(RUN_ID)
        .mode(RunMode.BATCH)
        .status(RunRecord.Status.FAILED)
        .startedAt(CREATED.minusSeconds(30))
        .updatedAt(CREATED)
        .error("cities.jsonl, line 7: expected a JSON object, found \"x\"\n  at 😀")
        .counters(Map.of("rows_read", 6L))
        .build();
  }

  /** A manifest of the most shards, each with the longest entry. */
  static Manifest largestManifest() {
    HexBytes key = HexBytes.of(new byte[Limits.MAX_KEY_BOUND_BYTES]);
    int shards = 1 << 15;
    return Manifest.builder()
        .manifestId(SECOND_ID)
        .runId(RUN_ID)
        .createdAt(CREATED)
        .writer(new ManifestWriter("flink", "2.3.0", "0.1.0", RunMode.BATCH))
        .sharding(new HashSharding(shards))
        .keyEncoding(KeyEncoding.RAW)
        .valueFormat(ValueFormat.BYTES)
        .engine(new TableEngine(TableEngine.ROCKSDB, "11.8.1", "balanced"))
        .stats(
            new SnapshotStats(
                1_000_000_000_000L * shards, true, 2_000_000_000_000L * shards, shards, 0, 0))
        .shards(
            IntStream.range(0, shards)
                .mapToObj(
                    i ->
                        ShardEntry.builder()
                            .shard(i)
                            .rows(1_000_000_000_000L)
                            .rowsExact(true)
                            .bytes(2_000_000_000_000L)
                            .files(1)
                            .minKey(key)
                            .maxKey(key)
                            .descriptor(sha("shard " + i))
                            .build())
                .toList())
        .build();
  }

  /** A descriptor of the most files, and the most of everything else. */
  static ShardDescriptor largestDescriptor() {
    HexBytes key = HexBytes.of(new byte[KeyEncoding.MAX_KEY_BYTES]);
    return ShardDescriptor.builder()
        .shard(0)
        .rows(1)
        .rowsExact(true)
        .minKey(key)
        .maxKey(key)
        .sequence(0)
        .files(
            IntStream.range(0, Limits.MAX_FILES_PER_SHARD)
                .mapToObj(
                    i ->
                        new TableFile(
                            String.format(Locale.ROOT, "%020d.sst", i),
                            1_000_000_000_000L,
                            sha("file " + i)))
                .toList())
        .privateFiles(
            List.of(
                new PrivateFile("CURRENT", bytes("MANIFEST-000005\n")),
                new PrivateFile("MANIFEST-000005", new byte[Limits.MAX_PRIVATE_BYTES - 16])))
        .samples(
            IntStream.range(0, Limits.MAX_SAMPLES).mapToObj(i -> new KeySample(key, i)).toList())
        .build();
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
