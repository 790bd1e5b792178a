package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionsTest {

  private static final List<String> NAMES =
      List.of("get", "multiget", "scan", "--shards", "--checkpoint-dir", "--checkpoint-interval");

  @Test
  void aTypoIsCorrected() {
    assertThat(Suggestions.of("--shrads", NAMES)).isEqualTo("; did you mean '--shards'?");
    assertThat(Suggestions.of("--shard", NAMES)).isEqualTo("; did you mean '--shards'?");
    assertThat(Suggestions.of("mutliget", NAMES)).isEqualTo("; did you mean 'multiget'?");
    assertThat(Suggestions.of("scna", NAMES)).isEqualTo("; did you mean 'scan'?");
  }

  @Test
  void aBeginningIsCompleted() {
    assertThat(Suggestions.of("--checkpoint", NAMES))
        .isEqualTo("; did you mean '--checkpoint-dir' or '--checkpoint-interval'?");
  }

  @Test
  void whatIsNotCloseIsNotSuggested() {
    assertThat(Suggestions.of("frobnicate", NAMES)).isEmpty();
    assertThat(Suggestions.of("--", NAMES)).isEmpty();
    assertThat(Suggestions.of("set", NAMES)).isEmpty();
    assertThat(Suggestions.of("-x", NAMES)).isEmpty();
  }
}
