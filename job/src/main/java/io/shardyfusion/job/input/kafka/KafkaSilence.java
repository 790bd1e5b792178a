package io.shardyfusion.job.input.kafka;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for answers of Kafka, and tells when there has been none for some seconds, and when there
 * is one again. Used by one thread.
 */
final class KafkaSilence {

  /** The one who is told, on the thread that waits. */
  interface Listener {

    /** Kafka has not answered for some seconds. Told at each question until it answers. */
    void silent(String message);

    /** Kafka has answered. */
    void answered();
  }

  private final String message;
  private final Duration threshold;
  private final Listener listener;

  KafkaSilence(String bootstrapServers, Duration threshold, Listener listener) {
    this.message =
        "Kafka at "
            + bootstrapServers
            + " does not answer; it is asked again and again, and nothing is read meanwhile. "
            + hint();
    this.threshold = threshold;
    this.listener = listener;
  }

  /** Advice for where there is no answer. */
  static String hint() {
    return "Check that a broker runs there, that its advertised listeners can be reached from here,"
        + " and security.protocol where it expects TLS or SASL";
  }

  /** The answer, or the failure that is one; a failure for lack of an answer is part of silence. */
  <T> T await(Future<T> answer) throws ExecutionException, InterruptedException {
    try {
      T answered = await(answer, threshold);
      listener.answered();
      return answered;
    } catch (ExecutionException e) {
      if (KafkaFailures.isSilence(e)) {
        listener.silent(message);
      }
      throw e;
    }
  }

  private <T> T await(Future<T> answer, Duration quiet)
      throws ExecutionException, InterruptedException {
    try {
      return answer.get(quiet.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      listener.silent(message);
      return answer.get();
    }
  }
}
