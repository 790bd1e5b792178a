package io.shardyfusion.cli.cloudcheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.format.Sha256;
import io.shardyfusion.format.TableFile;
import io.shardyfusion.store.S3Transfers;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTargetsTest {

  private static final long MEBIBYTE = 1 << 20;

  private final RequestTargets targets = new RequestTargets(S3Transfers.DEFAULT);

  @ParameterizedTest
  @CsvSource({
    "8, 29.9, 23, '23 of at most 22, or 1 more where requests are repeated', true",
    "8, 29.9, 24, '24 of at most 22, or 1 more where requests are repeated', false",
    "8, 30, 24, '24 of at most 22 and 1 that said the run was alive, or 1 more where requests are repeated', true",
    "8, 30, 25, '25 of at most 22 and 1 that said the run was alive, or 1 more where requests are repeated', false",
    "8, 3599, 142, '142 of at most 22 and 119 that said the run was alive, or 1 more where requests are repeated', true",
    "256, 10, 523, '523 of at most 518, or 5 more where requests are repeated', true",
    "256, 10, 524, '524 of at most 518, or 5 more where requests are repeated', false",
  })
  void aBackfillMaySayThatItLivesAndRepeatAFewRequests(
      int shards, double seconds, long puts, String found, boolean ok) {
    List<TableFile> files = Collections.nCopies(shards, file(1000));

    assertThat(targets.backfill(shards, files, seconds, puts))
        .isEqualTo(new TargetResult("PUTs of a backfill", found, ok));
  }

  @Test
  void aLargeFileTakesTwoPutsAndItsParts() {
    List<TableFile> files = List.of(file(64 * MEBIBYTE), file(64 * MEBIBYTE + 1));

    assertThat(targets.backfill(2, files, 1, 0).found()).startsWith("0 of at most 16,");
    assertThat(targets.downloads(files)).isEqualTo(1 + 2);
  }

  @ParameterizedTest
  @CsvSource({"4, 5, true", "4, 6, false", "514, 519, true", "514, 520, false"})
  void ofGetsAHundredthMayBeRepeatedAndOneAlways(long needed, long gets, boolean ok) {
    assertThat(RequestTargets.gets("GETs", needed, gets).ok()).isEqualTo(ok);
  }

  private static TableFile file(long size) {
    return new TableFile("000008.sst", size, Sha256.of(new byte[0]));
  }
}
