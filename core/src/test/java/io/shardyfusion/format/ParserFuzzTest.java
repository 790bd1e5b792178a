package io.shardyfusion.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.shardyfusion.DataDamagedException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A parser given anything parses, or says that the object is damaged; within memory and time that
 * are in proportion to the size of the input. What it parses is written and read back as the equal
 * value.
 *
 * <p>{@code -Dshardyfusion.fuzz.inputs=…} gives the number of inputs of each parser, {@code
 * -Dshardyfusion.seed=…} the seed of the first one; each further input has the next seed.
 */
final class ParserFuzzTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Buffers, the parser itself, and an exception with the stacks of its causes. */
  private static final long CONSTANT_BYTES = 256 << 10;

  /** The tree of the costliest JSON: very many small objects. */
  private static final long BYTES_PER_BYTE = 64;

  private static final long CONSTANT_CPU_NANOS = 1_000_000_000;
  private static final long CPU_NANOS_PER_BYTE = 2_000;
  private static final int MAX_MESSAGE_CHARS = 8192;

  @ParameterizedTest
  @EnumSource
  void aBrokenDocumentIsParsedOrRefusedAsDamagedWithinBounds(Kind kind) {
    List<byte[]> documents =
        Fixtures.documents("valid").stream()
            .filter(file -> Kind.of(file) == kind)
            .map(Fixtures::valid)
            .toList();
    long first = Long.getLong("shardyfusion.seed", System.nanoTime());
    int inputs = Integer.getInteger("shardyfusion.fuzz.inputs", 15_000);
    System.out.println(kind + ": -Dshardyfusion.seed=" + first);
    int parsed = 0;
    for (long seed = first; seed < first + inputs; seed++) {
      Random random = new Random(new SplittableRandom(seed).nextLong());
      byte[] document =
          switch (random.nextInt(8)) {
            case 0 -> kind.write(new RandomValues(random.nextLong()).of(kind));
            case 1 -> Fixtures.valid(pick(Fixtures.documents("valid"), random));
            default -> pick(documents, random);
          };
      byte[] input = new DocumentMutator(random).mutated(document, 1 + random.nextInt(4));
      if (parses(kind, input, "-Dshardyfusion.seed=" + seed)) {
        parsed++;
      }
    }
    System.out.println(kind + ": " + parsed + " of " + inputs + " inputs were valid");
    if (inputs >= 1000) {
      assertThat(parsed).as("valid inputs").isBetween(inputs / 100, inputs / 2);
    }
  }

  @ParameterizedTest
  @MethodSource
  void theCostliestDocumentsAreParsedOrRefusedAsDamagedWithinBounds(Kind kind, String part) {
    String head = "{\"format_version\":1,\"unknown\":";
    for (int size : new int[] {1 << 10, 1 << 15, 1 << 20}) {
      String text = head + part.repeat((size - head.length()) / part.length());
      parses(kind, text.getBytes(UTF_8), size + " bytes of " + part);
      String list = head + "[" + text.substring(head.length()) + "null]}";
      parses(kind, list.getBytes(UTF_8), size + " bytes in a list of " + part);
      String object = head + "{" + text.substring(head.length()) + "\"\":null}}";
      parses(kind, object.getBytes(UTF_8), size + " bytes in an object of " + part);
      String quoted = head + "\"" + text.substring(head.length()) + "\"}";
      parses(kind, quoted.getBytes(UTF_8), size + " bytes in text of " + part);
    }
  }

  static Stream<Arguments> theCostliestDocumentsAreParsedOrRefusedAsDamagedWithinBounds() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                Stream.of(
                        "0",
                        "0,",
                        "1e9,",
                        "9223372036854775808,",
                        "[",
                        "[],",
                        "{\"\":",
                        "{},",
                        "{\"\":0},",
                        "{\"a\":[]},",
                        "[{\"a\":{}}],",
                        "\"\",",
                        "\"\":0,",
                        "\"format_version\":1,",
                        "\\u0000",
                        "\\",
                        "\0",
                        " ",
                        "é")
                    .map(part -> Arguments.of(kind, part)));
  }

  @ParameterizedTest
  @EnumSource
  void veryManyDifferentNamesAreParsedOrRefusedAsDamagedWithinBounds(Kind kind) {
    StringBuilder text = new StringBuilder("{\"format_version\":1");
    for (int i = 0; text.length() < 1_000_000; i++) {
      text.append(",\"").append(Integer.toString(i, 36)).append("\":").append(i);
    }
    parses(kind, text.append('}').toString().getBytes(UTF_8), "a million bytes of names");
  }

  /** Names whose hash codes are equal: each of {@code Aa} and {@code BB} in each place. */
  @ParameterizedTest
  @EnumSource
  void namesOfOneHashCodeAreParsedOrRefusedAsDamagedWithinBounds(Kind kind) {
    StringBuilder text = new StringBuilder("{\"format_version\":1");
    for (int i = 0; i < 1 << 14; i++) {
      text.append(",\"");
      for (int bit = 0; bit < 14; bit++) {
        text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      text.append("\":0");
    }
    parses(kind, text.append('}').toString().getBytes(UTF_8), "names of one hash code");
  }

  /** Whether the input is valid. */
  private static boolean parses(Kind kind, byte[] input, String description) {
    Outcome outcome = Outcome.of(kind, input);
    if (outcome.exceeds(input.length)) {
      // What runs for the first time is loaded and linked, which costs memory and time of its own.
      outcome = Outcome.of(kind, input);
    }
    if (outcome.exceeds(input.length)) {
      throw new AssertionError(
          "%s, %s: %s bytes of input took %s bytes of memory and %s ns"
              .formatted(kind, description, input.length, outcome.allocated, outcome.cpuNanos));
    }
    if (outcome.thrown instanceof DataDamagedException refusal) {
      assertThat(refusal.getMessage())
          .as(description)
          .startsWith("the object some/object ")
          .hasSizeLessThan(MAX_MESSAGE_CHARS)
          .matches(m -> m.chars().noneMatch(Character::isISOControl), "has no control characters");
      return false;
    }
    if (outcome.thrown != null) {
      throw new AssertionError(kind + ", " + description, outcome.thrown);
    }
    byte[] written = kind.write(outcome.value);
    Object again = kind.parse("some/object", written);
    assertThat(again).as(description).isEqualTo(outcome.value).hasSameHashCodeAs(outcome.value);
    assertThat(kind.write(again)).as(description).isEqualTo(written);
    return true;
  }

  /** What came of one input, and what it cost. */
  private record Outcome(
      @Nullable Object value, @Nullable Throwable thrown, long allocated, long cpuNanos) {

    static Outcome of(Kind kind, byte[] input) {
      Object value = null;
      Throwable thrown = null;
      long cpu = THREADS.getCurrentThreadCpuTime();
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      try {
        value = kind.parse("some/object", input);
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        thrown = e;
      }
      return new Outcome(
          value,
          thrown,
          THREADS.getCurrentThreadAllocatedBytes() - allocated,
          THREADS.getCurrentThreadCpuTime() - cpu);
    }

    boolean exceeds(int inputBytes) {
      return allocated > CONSTANT_BYTES + BYTES_PER_BYTE * inputBytes
          || cpuNanos > CONSTANT_CPU_NANOS + CPU_NANOS_PER_BYTE * inputBytes;
    }
  }

  private static <T> T pick(List<T> values, Random random) {
    return values.get(random.nextInt(values.size()));
  }
}
