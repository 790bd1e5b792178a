package io.shardyfusion.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileFailureTest {

  static Stream<Throwable> ofTheLimit() {
    return Stream.of(
        new FileSystemException("/a/b", null, "Too many open files"),
        new FileNotFoundException("/a/b (Too many open files in system)"),
        new IllegalStateException("no connection", new SocketException("Too many open files")),
        new ExceptionInInitializerError(new IOException("Too many open files")));
  }

  @ParameterizedTest
  @MethodSource("ofTheLimit")
  void theLimitOfOpenFilesIsNamedWithItsOwnRemedyOnly(Throwable failure) {
    assertThat(OpenFileLimit.reason(failure)).contains("too many open files", "ulimit -n");
    assertThat(FileFailure.reason(failure, "choose another directory"))
        .contains("too many open files", "ulimit -n")
        .doesNotContain("choose another directory");
  }

  @Test
  void everyOtherReasonIsSaidWithTheRemedyThatSuitsIt() {
    assertThat(FileFailure.reason(new AccessDeniedException("/a"), "x"))
        .isEqualTo("permission denied for /a; check the owner and mode of the directory; x");
    assertThat(FileFailure.reason(new IOException("No space left on device"), "x"))
        .contains("the disk is full")
        .endsWith("; x");
    assertThat(FileFailure.reason(new NoSuchFileException("/a"))).isEqualTo("/a does not exist");
    assertThat(FileFailure.reason(new IOException("odd"))).isEqualTo("IOException: odd");
  }
}
