package io.shardyfusion.cli.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.ClosedException;
import io.shardyfusion.ConflictException;
import io.shardyfusion.DataDamagedException;
import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.NotFoundException;
import io.shardyfusion.StorageException;
import io.shardyfusion.cli.printing.OutputClosedException;
import io.shardyfusion.reader.ReaderOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;

final class FailuresTest {

  private final StringWriter err = new StringWriter();

  static Stream<Arguments> known() {
    return Stream.of(
        Arguments.of(new NotFoundException("gone"), 1),
        Arguments.of(new InvalidRequestException("wrong"), 2),
        Arguments.of(new StorageException("broken"), 3),
        Arguments.of(new DataDamagedException("bad"), 3),
        Arguments.of(new ClosedException("closed"), 3),
        Arguments.of(new ConflictException("fenced"), 4));
  }

  @ParameterizedTest
  @MethodSource("known")
  void everyKindHasItsExitCodeAndOneLine(RuntimeException failure, int code) {
    assertThat(report(failure, false)).isEqualTo(code);
    assertThat(err).hasToString("shardy: " + failure.getMessage() + System.lineSeparator());
  }

  @Test
  void aDefectOfOursAsksForTheStackTrace() {
    assertThat(report(new IllegalStateException("odd"), false)).isEqualTo(3);
    assertThat(err.toString())
        .contains("IllegalStateException: odd", "--stacktrace")
        .doesNotContain("\tat ");
  }

  @Test
  void theStackTraceIsPrintedOnRequest() {
    assertThat(report(new IllegalStateException("odd"), true)).isEqualTo(3);
    assertThat(err.toString()).contains("\tat ").doesNotContain("Run the command again");
  }

  @Test
  void anErrorOfTheVirtualMachineIsNotTakenForAThingThatIsNotThere() {
    assertThat(report(new OutOfMemoryError("heap"), false)).isEqualTo(3);
    assertThat(err.toString()).contains("OutOfMemoryError: heap").doesNotContain("\tat ");
  }

  @Test
  void aFileThatJavaItselfCouldNotOpenIsNoDefectOfOurs() {
    Throwable failure = new ExceptionInInitializerError(new IOException("Too many open files"));
    assertThat(report(failure, false)).isEqualTo(3);
    assertThat(err.toString()).startsWith("shardy: too many open files").contains("ulimit -n");
  }

  @Test
  void aClosedOutputIsNoFailure() {
    assertThat(report(new OutputClosedException(new IOException("Broken pipe")), false)).isZero();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aMessageThatNamesASettingOfTheReaderHasItsOption() {
    assertThat(report(new StorageException("choose ReaderOptions.cacheDirectory"), false))
        .isEqualTo(3);
    assertThat(err.toString())
        .contains("(on the command line ReaderOptions.cacheDirectory is --cache)");
    CommandSpec options = CommandSpec.forAnnotatedObject(new GlobalOptions());
    Failures.READER_OPTIONS.forEach(
        (setting, option) -> {
          assertThat(ReaderOptions.Builder.class.getMethods())
              .extracting(method -> "ReaderOptions." + method.getName())
              .contains(setting);
          assertThat(options.optionsMap()).containsKey(option);
        });
  }

  private int report(Throwable failure, boolean stacktrace) {
    return Failures.report(new PrintWriter(err, true), failure, stacktrace);
  }
}
