package io.shardyfusion.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.Hashing;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.HashSharding;
import io.shardyfusion.routing.Sharding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Values of any content that the format allows. */
final class RandomValues {

  private final Random random;

  RandomValues(long seed) {
    this.random = new Random(seed);
  }

  Object of(Kind kind) {
    return switch (kind) {
      case POINTER -> pointer();
      case MANIFEST -> manifest();
      case DESCRIPTOR -> descriptor(random.nextInt(20));
      case RUN -> run();
    };
  }

  Pointer pointer() {
    List<PointerEntry> history = new ArrayList<>();
    long version = 1 + random.nextInt(1000);
    long last = version;
    PointerEntry current = null;
    for (int i = random.nextInt(6); i > 0 && version > 0; i--) {
      VersionStatus status = pick(VersionStatus.values());
      PointerEntry entry =
          PointerEntry.builder()
              .version(version)
              .manifest(ref())
              .runId(id())
              .announcedAt(instant())
              .rows(amount())
              .rowsExact(random.nextBoolean())
              .bytes(amount())
              .status(status)
              .heldBy(
                  status == VersionStatus.HELD && random.nextBoolean()
                      ? pick(HeldBy.values())
                      : null)
              .note(random.nextBoolean() ? StatusNote.NONE : note())
              .build();
      current = status == VersionStatus.ANNOUNCED && random.nextBoolean() ? entry : current;
      history.add(entry);
      version -= 1 + random.nextInt(3);
    }
    Pin pin =
        current == null || random.nextBoolean()
            ? null
            : new Pin(
                current.version(),
                instant(),
                random.nextBoolean() ? text(1024) : null,
                random.nextBoolean() ? "p" + text(200) : null);
    WriterIdentity writer =
        random.nextBoolean() ? null : new WriterIdentity(id(), amount() + 1, amount());
    return new Pointer(instant(), last, current, history, pin, writer);
  }

  Manifest manifest() {
    int shards = 1 + random.nextInt(20);
    List<ShardEntry> entries = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      entries.add(Samples.entry(descriptor(i)));
    }
    long bytes = entries.stream().mapToLong(ShardEntry::bytes).sum();
    long files = entries.stream().mapToLong(ShardEntry::files).sum();
    SnapshotStats stats =
        new SnapshotStats(
            entries.stream().mapToLong(ShardEntry::rows).sum(),
            entries.stream().allMatch(ShardEntry::rowsExact),
            bytes,
            files,
            bytes / 2,
            files / 2);
    Map<String, String> custom = new HashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      custom.put("k" + text(200), text(300));
    }
    return Manifest.builder()
        .manifestId(id())
        .parent(random.nextBoolean() ? null : ref())
        .runId(id())
        .createdAt(instant())
        .writer(new ManifestWriter("e" + text(9), "v" + text(9), "v" + text(9), RunMode.STREAMING))
        .checkpointId(random.nextBoolean() ? null : amount())
        .watermark(random.nextBoolean() ? null : instant())
        .sharding(new HashSharding(shards))
        .keyEncoding(pick(KeyEncoding.values()))
        .valueFormat(pick(ValueFormat.values()))
        .valueSchema(random.nextBoolean() ? null : valueSchema())
        .engine(new TableEngine(TableEngine.ROCKSDB, "v" + text(9), "p" + text(9)))
        .stats(stats)
        .input(random.nextBoolean() ? null : new InputCounts(amount(), amount(), amount()))
        .custom(custom)
        .shards(entries)
        .build();
  }

  ShardDescriptor descriptor(int shard) {
    assertThat(shard).isLessThan(Sharding.MAX_SHARDS);
    List<TableFile> files = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      files.add(
          new TableFile(String.format(Locale.ROOT, "%06d.sst", i), 1 + amount() / 1000, sha()));
    }
    HexBytes a = key();
    HexBytes b = key();
    boolean ordered = a.hex().compareTo(b.hex()) <= 0;
    List<KeySample> samples = new ArrayList<>();
    for (int i = random.nextInt(17); i > 0; i--) {
      samples.add(new KeySample(key(), random.nextLong()));
    }
    return ShardDescriptor.builder()
        .shard(shard)
        .rows(files.isEmpty() ? 0 : amount() / 1000)
        .rowsExact(random.nextBoolean())
        .minKey(random.nextInt(5) == 0 ? null : ordered ? a : b)
        .maxKey(random.nextInt(5) == 0 ? null : ordered ? b : a)
        .sequence(amount())
        .files(files)
        .privateFiles(
            List.of(
                new PrivateFile(
                    "CURRENT",
                    new byte[] {
                      'M', 'A', 'N', 'I', 'F', 'E', 'S', 'T', '-', '0', '0', '0', '0', '0', '1',
                      '\n'
                    }),
                new PrivateFile("MANIFEST-000001", bytes(2000))))
        .samples(samples)
        .build();
  }

  RunRecord run() {
    Map<String, Long> counters = new HashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      counters.put("c" + text(20), random.nextLong());
    }
    return RunRecord.builder()
        .runId(id())
        .mode(random.nextBoolean() ? RunMode.BATCH : RunMode.STREAMING)
        .status(pick(RunRecord.Status.values()))
        .startedAt(instant())
        .updatedAt(instant())
        .leaseExpiresAt(random.nextBoolean() ? null : instant())
        .lastVersion(random.nextBoolean() ? null : amount() + 1)
        .error(random.nextBoolean() ? null : text(9000) + "\uD800")
        .counters(counters)
        .warnings(
            random.nextBoolean()
                ? List.of()
                : List.of(new RunWarning(instant(), random.nextBoolean(), "w" + text(1100))))
        .needs(needs())
        .build();
  }

  private RunNeeds needs() {
    List<CheckpointNeeds> checkpoints = new ArrayList<>();
    long checkpoint = amount();
    for (int i = random.nextInt(4); i > 0; i--) {
      List<DescriptorRef> descriptors = new ArrayList<>();
      for (int j = random.nextInt(5); j > 0; j--) {
        descriptors.add(new DescriptorRef(random.nextInt(Sharding.MAX_SHARDS), sha()));
      }
      checkpoints.add(
          new CheckpointNeeds(
              checkpoint, instant(), random.nextBoolean() ? null : ref(), descriptors));
      checkpoint += 1 + random.nextInt(3);
    }
    return new RunNeeds(random.nextBoolean() ? null : ref(), checkpoints);
  }

  private StatusNote note() {
    return new StatusNote(
        random.nextBoolean() ? null : instant(),
        random.nextBoolean() ? null : "w" + text(200),
        Stream.generate(() -> "r" + text(500)).limit(random.nextInt(4)).toList());
  }

  private ValueSchema valueSchema() {
    String text = "s" + text(300);
    return random.nextBoolean()
        ? new ValueSchema(ValueSchema.Kind.AVRO, sha(), text)
        : new ValueSchema(ValueSchema.Kind.JSON_SCHEMA, Sha256.of(text.getBytes(UTF_8)), text);
  }

  private ManifestRef ref() {
    return new ManifestRef(Layout.manifest(instant(), id()), sha());
  }

  private HexBytes key() {
    return HexBytes.of(bytes(random.nextInt(10) == 0 ? 200 : 10));
  }

  private byte[] bytes(int bound) {
    byte[] bytes = new byte[random.nextInt(bound)];
    random.nextBytes(bytes);
    // Runs of 0xFF are where bounds of long keys are special.
    if (random.nextInt(4) == 0) {
      Arrays.fill(bytes, 0, random.nextInt(bytes.length + 1), (byte) 0xFF);
    }
    return bytes;
  }

  private Sha256 sha() {
    return Sha256.of(bytes(20));
  }

  private String id() {
    return String.format(
        Locale.ROOT, "%016x%016x", random.nextLong(), Hashing.xxh3_64().hashLongToLong(1));
  }

  private long amount() {
    return random.nextLong() >>> (12 + random.nextInt(48));
  }

  private Instant instant() {
    long first = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
    long last = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    return Instant.ofEpochSecond(random.nextLong(first, last), random.nextInt(1_000_000_000));
  }

  private String text(int bound) {
    return random
        .ints(random.nextInt(bound), 0, random.nextBoolean() ? 0x80 : 0x11_0000)
        .filter(c -> c < 0xD800 || c > 0xDFFF)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
