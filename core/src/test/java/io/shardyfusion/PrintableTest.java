package io.shardyfusion;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.key.KeyEncoding;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrintableTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "a b~", "Zürich 東京", "\uD83D\uDE00", "e\u0301", "C:\\u"})
  void whatCanBeSeenStaysAsItIs(String text) {
    assertThat(Printable.line(text)).isSameAs(text);
  }

  @Test
  void whatCannotBeSeenIsEscaped() {
    assertThat(
            Printable.line(
                "\uFEFFa\u200B\u200Fb\u202E\u2066\u00ADc\u00A0\u2028\u0000\u001B[31m\u007F\u009B"))
        .isEqualTo(
            "\\ufeffa\\u200b\\u200fb\\u202e\\u2066\\u00adc\\u00a0\\u2028\\u0000\\u001b[31m\\u007f\\u009b");
    assertThat(Printable.line("\u3164\uFE0F\uE000\uD800"))
        .isEqualTo("\\u3164\\ufe0f\\ue000\\ud800");
    assertThat(Printable.line("\uDB40\uDC41")).isEqualTo("\\udb40\\udc41");
  }

  @Test
  void lineEndsStayOnlyWhereThereMayBeLines() {
    assertThat(Printable.line("a\r\n\tb")).isEqualTo("a\\r\\n\\tb");
    assertThat(Printable.lines("a\r\n\tb")).isEqualTo("a\\r\n\tb");
  }

  @Test
  void everyMessageOfOursIsPrintable() {
    assertThat(new InvalidRequestException("the key 'a\u202Eb'").getMessage())
        .isEqualTo("the key 'a\\u202eb'");
    Assertions.assertThatThrownBy(() -> KeyEncoding.I64.encode("a\uFEFF\n"))
        .hasMessageStartingWith("the string key 'a\\ufeff\\n' does not fit");
  }
}
