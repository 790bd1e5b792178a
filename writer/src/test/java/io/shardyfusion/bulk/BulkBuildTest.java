package io.shardyfusion.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.shard.ReadResources;
import io.shardyfusion.shard.RowIterator;
import io.shardyfusion.shard.ShardDatabase;
import io.shardyfusion.shard.ShardImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BulkBuildTest {

  private static final int PAGE_BYTES = 4096;
  private static final int FIRST_SHARD = 2;
  private static final int SHARDS = 3;

  @TempDir private Path directory;

  private record Change(int shard, long order, long key, Long value) {}

  @ParameterizedTest
  @ValueSource(ints = {4, 2048})
  void theLatestChangeOfEachKeyIsWhatIsLeft(int pages) throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Change> changes = new ArrayList<>();
    for (int order = 0; order < 10_000; order++) {
      long key = random.nextInt(1500) - 700;
      Long value = random.nextInt(5) == 0 ? null : random.nextLong();
      changes.add(
          new Change(FIRST_SHARD + (int) Math.floorMod(key, (long) SHARDS), order, key, value));
    }
    Map<Integer, TreeMap<Long, Long>> expected = apply(changes);
    Collections.shuffle(changes, random);

    Map<Integer, TreeMap<Long, Long>> built = new HashMap<>();
    RowCounts counts = build(changes, pages, false, built);

    assertThat(built).as("seed %d", seed).isEqualTo(expected);
    assertThat(counts.written()).isEqualTo(expected.values().stream().mapToLong(Map::size).sum());
    assertThat(counts.deletes()).isEqualTo(changes.stream().filter(c -> c.value() == null).count());
  }

  @Test
  void everyShardIsBuiltEmptyOnesToo() throws IOException {
    Map<Integer, TreeMap<Long, Long>> built = new HashMap<>();

    RowCounts counts = build(List.of(new Change(FIRST_SHARD + 1, 0, 5, 6L)), 4, false, built);

    assertThat(counts).isEqualTo(new RowCounts(1, 0, 0));
    assertThat(built)
        .containsEntry(FIRST_SHARD, new TreeMap<>())
        .containsEntry(FIRST_SHARD + 1, new TreeMap<>(Map.of(5L, 6L)))
        .containsEntry(FIRST_SHARD + 2, new TreeMap<>());
  }

  @Test
  void aRowThatALaterOneReplacesIsADuplicateButNotOneThatWasDeletedInBetween() throws IOException {
    List<Change> changes =
        List.of(
            new Change(FIRST_SHARD, 1, 7, 1L),
            new Change(FIRST_SHARD, 2, 7, 2L),
            new Change(FIRST_SHARD, 3, 7, null),
            new Change(FIRST_SHARD, 4, 7, 4L),
            new Change(FIRST_SHARD, 5, 8, 5L),
            new Change(FIRST_SHARD, 6, 8, null));

    assertThat(build(changes, 4, false, new HashMap<>())).isEqualTo(new RowCounts(1, 1, 2));
  }

  @Test
  void aDuplicateEndsTheBuildWhereItMust() {
    List<Change> changes =
        List.of(new Change(FIRST_SHARD, 1, -7, 1L), new Change(FIRST_SHARD, 2, -7, 2L));

    assertThatThrownBy(() -> build(changes, 4, true, new HashMap<>()))
        .isInstanceOf(DataDamagedException.class)
        .hasMessageContaining("the key -7 occurs more than once")
        .hasMessageContaining("choose duplicates(LAST)");
  }

  private static Map<Integer, TreeMap<Long, Long>> apply(List<Change> changes) {
    Map<Integer, TreeMap<Long, Long>> state = new HashMap<>();
    for (int shard = FIRST_SHARD; shard < FIRST_SHARD + SHARDS; shard++) {
      state.put(shard, new TreeMap<>());
    }
    for (Change change : changes) {
      if (change.value() == null) {
        state.get(change.shard()).remove(change.key());
      } else {
        state.get(change.shard()).put(change.key(), change.value());
      }
    }
    return state;
  }

  private RowCounts build(
      List<Change> changes,
      int pages,
      boolean failOnDuplicate,
      Map<Integer, TreeMap<Long, Long>> built)
      throws IOException {
    BulkBuild.Settings settings =
        new BulkBuild.Settings(
            FIRST_SHARD,
            SHARDS,
            TableProfile.BALANCED,
            KeyEncoding.I64,
            failOnDuplicate,
            directory);
    List<ByteBuffer> memory =
        Stream.generate(() -> ByteBuffer.allocateDirect(PAGE_BYTES)).limit(pages).toList();
    try (BulkBuild build = new BulkBuild(settings, memory);
        ReadResources resources = new ReadResources(1 << 20)) {
      for (Change change : changes) {
        byte[] value =
            change.value() == null ? null : ByteBuffer.allocate(8).putLong(change.value()).array();
        build.add(change.shard(), change.order(), KeyEncoding.I64.encode(change.key()), value);
      }
      return build.finish(
          (shard, rows) -> {
            try (shard) {
              ShardImage image = shard.finish();
              assertThat(image.descriptor().rows()).isEqualTo(rows);
              built.put(image.descriptor().shard(), read(image, resources));
            }
          });
    }
  }

  private TreeMap<Long, Long> read(ShardImage image, ReadResources resources) {
    TreeMap<Long, Long> rows = new TreeMap<>();
    Path opened = directory.resolve("read-" + image.descriptor().shard());
    try (ShardDatabase database =
            ShardDatabase.open(opened, image.descriptor(), image::path, resources);
        RowIterator iterator = database.iterate()) {
      for (; iterator.isValid(); iterator.next()) {
        rows.put(
            KeyEncoding.I64.decodeLong(iterator.key()),
            ByteBuffer.wrap(iterator.value()).getLong());
      }
    }
    return rows;
  }
}
