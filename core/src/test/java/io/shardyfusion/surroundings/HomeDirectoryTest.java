package io.shardyfusion.surroundings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class HomeDirectoryTest {

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "?", "home/me", "/home/j??rg", "/home/j\uFFFDrg"})
  void aHomeThatNamesNoDirectoryIsNone(String text) {
    assertThat(HomeDirectory.absolute(text)).isNull();
  }

  @Test
  void anAbsoluteHomeIsTaken() {
    assertThat(HomeDirectory.absolute("/home/me")).isEqualTo(Path.of("/home/me"));
  }
}
