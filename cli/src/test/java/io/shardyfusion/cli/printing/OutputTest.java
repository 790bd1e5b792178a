package io.shardyfusion.cli.printing;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.cli.Shardy;
import io.shardyfusion.cli.TestDataset;
import io.shardyfusion.cli.frame.Terminal;
import io.shardyfusion.key.KeyEncoding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Standard output that fails while a command writes to it. */
final class OutputTest {

  @TempDir private Path directory;

  private final StringWriter err = new StringWriter();

  @Test
  void aScanWhoseReaderHasSeenEnoughEndsQuietlyAndEarly() {
    FailingStream out = new FailingStream("Broken pipe");

    int code = execute(out, "scan", "-d", dataset(), "--cache", cache());

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.attempts).isLessThanOrEqualTo(2);
  }

  @Test
  void aFullDiskIsAStorageFailure() {
    int code =
        execute(
            new FailingStream("No space left on device"),
            "scan",
            "-d",
            dataset(),
            "--cache",
            cache());

    assertThat(err.toString()).contains("standard output").contains("No space left on device");
    assertThat(code).isEqualTo(3);
  }

  @Test
  void aShortResultThatCannotBeWrittenIsNoSuccess() {
    int code = execute(new FailingStream("No space left on device"), "info", "-d", dataset());

    assertThat(err.toString()).contains("No space left on device");
    assertThat(code).isEqualTo(3);
  }

  private int execute(OutputStream out, String... args) {
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            out,
            new PrintWriter(err, true),
            false,
            false,
            Map.of());
    return Shardy.execute(terminal, args);
  }

  private String dataset() {
    TestDataset dataset = new TestDataset(directory, KeyEncoding.I64, 1);
    for (long key = 0; key < 3000; key++) {
      dataset.row(key, "x".repeat(100));
    }
    dataset.publish();
    return dataset.uri();
  }

  private String cache() {
    return directory.resolve("cache").toString();
  }

  /** A stream whose every write fails. */
  private static final class FailingStream extends OutputStream {

    private final String message;
    private int attempts;

    FailingStream(String message) {
      this.message = message;
    }

    @Override
    public void write(int b) throws IOException {
      throw new AssertionError("output must be buffered");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      attempts++;
      throw new IOException(message);
    }
  }
}
