package io.shardyfusion.surroundings;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.InvalidRequestException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** The beginning of a process that is ours alone, as that of a script in {@code bin}. */
public final class OwnProcess {

  private OwnProcess() {}

  /**
   * Makes this process independent of its locale: the output is UTF-8; and numbers have the digits
   * 0 to 9 and names the case of ASCII, also where a library of others asks nobody.
   *
   * @param arguments of the main class
   * @throws InvalidRequestException if an argument or variable cannot be used; see {@link
   *     GivenText#check}
   */
  public static void begin(List<String> arguments) {
    Locale.setDefault(Locale.ROOT);
    System.setOut(utf8(FileDescriptor.out));
    System.setErr(utf8(FileDescriptor.err));
    GivenText.check(arguments);
  }

  private static PrintStream utf8(FileDescriptor stream) {
    return new PrintStream(new FileOutputStream(stream), true, UTF_8);
  }
}
