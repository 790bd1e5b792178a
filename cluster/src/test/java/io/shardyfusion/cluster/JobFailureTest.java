package io.shardyfusion.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class JobFailureTest {

  private static final Path LOG = Path.of("run.log");

  @Test
  void theKindOfOurExceptionGivesTheExitCode() {
    assertFailure("io.shardyfusion.InvalidRequestException: a typo", 2, "a typo");
    assertFailure("io.shardyfusion.NotFoundException: no dataset", 1, "no dataset");
    assertFailure("io.shardyfusion.StorageException: no bucket", 3, "no bucket");
    assertFailure("io.shardyfusion.ConflictException: fenced", 4, "fenced");
  }

  @Test
  void elseTheLastCauseIsTold() {
    assertFailure(
        "org.x.A: outer\n\tat org.x\nCaused by: org.x.B: middle\nCaused by: org.x.C: inner\n",
        3,
        "org.x.C: inner");
    assertFailure("nothing of use", 3, "does not say why");
  }

  @Test
  void aJobWithoutSlotsIsToldWhatToDo() {
    assertFailure("Caused by: …NoResourceAvailableException: …", 3, "no free slots");
  }

  private static void assertFailure(String output, int code, String message) {
    ClusterException failure = JobFailure.of(output, LOG);
    assertThat(failure.exitCode()).isEqualTo(code);
    assertThat(failure).hasMessageContaining(message).hasMessageContaining("run.log");
    assertThat(failure.getMessage()).hasLineCount(1);
  }
}
