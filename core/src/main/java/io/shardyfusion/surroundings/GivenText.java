package io.shardyfusion.surroundings;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardyfusion.InvalidRequestException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The arguments and environment variables of this process, which the Java platform decodes by the
 * locale's character set. It puts U+FFFD in the place of what that does not have, so that another
 * key would be looked up, and another directory written, than the one that was named; here such a
 * text is refused. U+FFFD itself may be given: the bytes, where {@code /proc} tells them, prove it.
 */
public final class GivenText {

  /** The character that the Java platform puts in the place of bytes that are no text. */
  static final char REPLACEMENT = '\uFFFD';

  /** The variables that we use, or that what we call uses. */
  private static final Pattern USED =
      Pattern.compile("(SHARDY|XDG|AWS|FLINK)_.*|HOME|.*_PROXY", Pattern.CASE_INSENSITIVE);

  private static final String UTF8_LOCALE = "LC_ALL=C.UTF-8";

  private GivenText() {}

  /**
   * Refuses what was not decoded as it was given: the arguments of this process's main class, and
   * the environment variables that we use.
   *
   * @throws InvalidRequestException naming the argument or variable, the character set, and the
   *     remedy
   */
  public static void check(List<String> arguments) {
    String refusal = refusal(arguments, Path.of("/proc/self/cmdline"), LocalPath.charset());
    if (refusal != null) {
      throw new InvalidRequestException(refusal);
    }
    System.getenv().keySet().stream()
        .filter(name -> USED.matcher(name).matches())
        .sorted()
        .forEach(GivenText::variable);
  }

  /**
   * The value of an environment variable, or null if it is not set.
   *
   * @throws InvalidRequestException if it was not decoded as it was given
   */
  public static @Nullable String variable(String name) {
    String value = System.getenv(name);
    if (value != null) {
      String refusal = refusal(name, value, Path.of("/proc/self/environ"), environmentCharset());
      if (refusal != null) {
        throw new InvalidRequestException(refusal);
      }
    }
    return value;
  }

  /** Why the last arguments of {@code commandLine} cannot be used, or null if they can. */
  static @Nullable String refusal(List<String> arguments, Path commandLine, Charset charset) {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.indexOf(REPLACEMENT) >= 0) {
        byte[] raw = RawText.of(commandLine).fromEnd(arguments.size() - i);
        if (!RawText.is(raw, argument, charset)) {
          return "the argument '"
              + argument
              + "' (number "
              + (i + 1)
              + ") "
              + isNoText(raw, charset);
        }
      }
    }
    return null;
  }

  /** Why a variable of {@code environment} cannot be used, or null if it can. */
  static @Nullable String refusal(String name, String value, Path environment, Charset charset) {
    if (value.indexOf(REPLACEMENT) < 0) {
      return null;
    }
    byte[] raw = RawText.of(environment).valueOf(name);
    // Without the value, which may hold a password.
    return RawText.is(raw, value, charset)
        ? null
        : "the environment variable " + name + " " + isNoText(raw, charset);
  }

  private static String isNoText(byte @Nullable [] raw, Charset charset) {
    String problem =
        "is no text in the character set of this process, "
            + charset.name()
            + ", which comes from its locale; ";
    if (raw != null && !isUtf8(raw)) {
      return problem
          + (charset.equals(UTF_8)
              ? "write it in UTF-8"
              : "it is no UTF-8 either: write it in UTF-8 and set " + UTF8_LOCALE)
          + ", or set LC_ALL to the locale that it was typed in";
    }
    return problem + "set " + UTF8_LOCALE + " in the environment and start it again";
  }

  private static boolean isUtf8(byte[] raw) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(raw));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** Since Java 18 that of arguments and file names. */
  private static Charset environmentCharset() {
    return Runtime.version().feature() < 18 ? Charset.defaultCharset() : LocalPath.charset();
  }
}
