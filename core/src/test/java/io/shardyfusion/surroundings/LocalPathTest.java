package io.shardyfusion.surroundings;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LocalPathTest {

  @Test
  void aPathThatNoFileCanHaveIsRefused() {
    assertThat(LocalPath.of("a/b")).isEqualTo(Path.of("a", "b"));
    assertThatThrownBy(() -> LocalPath.of("a\0b"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("is no path: Nul character not allowed");
  }

  @Test
  void aPathThatTheLocaleCannotWriteIsRefusedWithTheRemedy() {
    assertThat(LocalPath.flaw("Zürich", "unmappable", US_ASCII))
        .contains("'Zürich'", "US-ASCII", "set LC_ALL=C.UTF-8");
  }
}
