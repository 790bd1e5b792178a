package io.shardyfusion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The guide shows a test that is one. */
final class TestingGuideTest {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));

  @Test
  void itsExampleIsATestWordForWord() throws IOException {
    String test =
        Files.readString(
            ROOT.resolve("testkit/src/test/java/io/shardyfusion/testkit/CatalogueTest.java"));

    assertThat(Files.readString(ROOT.resolve("docs/testing.md")))
        .contains(test.substring(test.indexOf("@ExtendWith")) + "```\n");
  }
}
