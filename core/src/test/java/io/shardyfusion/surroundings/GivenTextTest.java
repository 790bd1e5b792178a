package io.shardyfusion.surroundings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GivenTextTest {

  private static final byte[] UTF8_ZUERICH = "Zürich".getBytes(UTF_8);
  private static final byte[] LATIN1_ZUERICH = "Zürich".getBytes(ISO_8859_1);

  @TempDir private Path directory;

  @Test
  void bytesThatTheLocaleHasNotAreRefusedWithTheRemedy() throws IOException {
    assertThat(argument(UTF8_ZUERICH, US_ASCII))
        .contains("'Z\uFFFD\uFFFDrich' (number 2)", "US-ASCII", "set LC_ALL=C.UTF-8")
        .doesNotContain("no UTF-8");
    assertThat(argument(LATIN1_ZUERICH, US_ASCII)).contains("it is no UTF-8 either");
    assertThat(argument(LATIN1_ZUERICH, UTF_8)).contains("UTF-8", "write it in UTF-8, or");
    assertThat(variable(UTF8_ZUERICH, US_ASCII))
        .contains("the environment variable SHARDY_DATASET", "US-ASCII", "set LC_ALL=C.UTF-8")
        .doesNotContain("rich");
  }

  @Test
  void whatWasDecodedAsItWasGivenIsTaken() throws IOException {
    assertThat(argument(UTF8_ZUERICH, UTF_8)).isNull();
    assertThat(argument(LATIN1_ZUERICH, ISO_8859_1)).isNull();
    assertThat(argument(UTF8_ZUERICH, ISO_8859_1)).as("other text, but no byte lost").isNull();
    assertThat(variable(UTF8_ZUERICH, UTF_8)).isNull();
  }

  @Test
  void theReplacementCharacterItselfMayBeGiven() throws IOException {
    byte[] given = "a\uFFFDb".getBytes(UTF_8);

    assertThat(argument(given, UTF_8)).isNull();
    assertThat(variable(given, UTF_8)).isNull();
    assertThat(argument(given, US_ASCII)).isNotNull();
    assertThat(variable(given, US_ASCII)).isNotNull();
  }

  @Test
  void theReplacementCharacterIsNotTakenWhereNothingProvesIt() {
    Path nothing = directory.resolve("nothing");

    assertThat(GivenText.refusal(List.of("a\uFFFDb"), nothing, UTF_8)).contains("UTF-8");
    assertThat(GivenText.refusal("HOME", "a\uFFFDb", nothing, UTF_8)).contains("HOME");
    assertThat(GivenText.refusal(List.of("ab"), nothing, UTF_8)).isNull();
    assertThat(GivenText.refusal("HOME", "ab", nothing, UTF_8)).isNull();
  }

  private @Nullable String argument(byte[] given, Charset charset) throws IOException {
    byte[][] line = {text("java"), text("Main"), text("get"), given};
    return GivenText.refusal(List.of("get", new String(given, charset)), file(line), charset);
  }

  private @Nullable String variable(byte[] given, Charset charset) throws IOException {
    ByteArrayOutputStream pair = new ByteArrayOutputStream();
    pair.write(text("SHARDY_DATASET="));
    pair.write(given);
    byte[][] environment = {text("SHARDY_DATASET_2=x"), pair.toByteArray(), text("Z=1")};
    return GivenText.refusal(
        "SHARDY_DATASET", new String(given, charset), file(environment), charset);
  }

  private Path file(byte[][] texts) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] text : texts) {
      content.write(text);
      content.write(0);
    }
    return Files.write(directory.resolve("proc"), content.toByteArray());
  }

  private static byte[] text(String text) {
    return text.getBytes(UTF_8);
  }
}
