package io.shardyfusion.testing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The treatment by a {@link FaultProxy} of a request that one of its rules matches.
 *
 * <p>{@link WithoutHeaders} and {@link Hold} let the rules after theirs apply too; of the others, a
 * request meets one.
 */
public sealed interface Fault {

  /** An answer of S3 itself: a status and, but for HEAD and 304, the XML of an error. */
  static Answer answer(int status, String code) {
    return new Answer(status, code, Map.of());
  }

  /** Ends the connection without an answer; the server never sees the request. */
  static Fault dropRequest() {
    return new DropRequest();
  }

  /** The server does what it is asked to; then the connection ends, and its answer is lost. */
  static Fault dropResponse() {
    return new DropResponse();
  }

  /**
   * Ends the connection after the head of the server's answer and the first bytes of its body.
   *
   * @param bytes of the body as it is sent; an answer that has no more of them arrives whole
   */
  static Fault cutBodyAfter(long bytes) {
    return new CutBody(bytes);
  }

  /** Passes the server's answer on a little at a time. */
  static Fault trickle(int bytes, Duration pause) {
    return new Trickle(bytes, pause);
  }

  /** Keeps the request from the server until {@code released} is at zero. */
  static Fault hold(CountDownLatch released) {
    return new Hold(released, false);
  }

  /** Keeps the server's answer, after the effect, until {@code released} is at zero. */
  static Fault holdResponse(CountDownLatch released) {
    return new Hold(released, true);
  }

  /**
   * Takes headers away before the server sees the request: without {@code If-Match} it is a store
   * that ignores it. The SDK signs that header too, so the server must not look at signatures:
   * {@link S3Server#startOpen()}.
   */
  static Fault withoutHeaders(String... names) {
    return new WithoutHeaders(List.of(names));
  }

  /**
   * An answer in the server's place.
   *
   * @param status of HTTP
   * @param code of S3, such as {@code SlowDown}
   * @param headers in addition
   */
  record Answer(int status, String code, Map<String, String> headers) implements Fault {

    /** Copies the headers. */
    public Answer {
      headers = Map.copyOf(headers);
    }

    /** The same with one more header, such as {@code x-amz-bucket-region}. */
    public Answer withHeader(String name, String value) {
      Map<String, String> more = new LinkedHashMap<>(headers);
      more.put(name, value);
      return new Answer(status, code, more);
    }
  }

  /** See {@link Fault#dropRequest()}. */
  record DropRequest() implements Fault {}

  /** See {@link Fault#dropResponse()}. */
  record DropResponse() implements Fault {}

  /** See {@link Fault#cutBodyAfter}. */
  record CutBody(long bytes) implements Fault {}

  /** See {@link Fault#trickle}. */
  record Trickle(int bytes, Duration pause) implements Fault {}

  /** See {@link Fault#hold} and {@link Fault#holdResponse}. */
  record Hold(CountDownLatch released, boolean response) implements Fault {}

  /** See {@link Fault#withoutHeaders}; the names are in lower case. */
  record WithoutHeaders(List<String> names) implements Fault {

    /** Any case will do. */
    public WithoutHeaders {
      names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }
  }
}
