package io.shardyfusion.job.input.kafka;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.options.KafkaOptions;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's failures in words, and which of them a restart cannot mend: those end the job at the
 * first one, with a {@link SuppressRestartsException} around the exception of ours. Credentials
 * that are refused are of that kind only until Kafka has accepted them once.
 */
final class KafkaFailures {

  /** The client's message begins with this where a host name has no address, which may pass. */
  private static final String UNRESOLVED = "No resolvable bootstrap urls";

  private KafkaFailures() {}

  /** Returns whether it is for lack of an answer, or one that asks to try again. */
  static boolean isSilence(Throwable failure) {
    return find(failure, RetriableException.class) != null
        && find(failure, UnknownTopicOrPartitionException.class) == null;
  }

  /**
   * The exception to throw in a job for a failure that is in words: it ends the job unless it may
   * pass.
   */
  static RuntimeException inJob(KafkaOptions kafka, ShardyfusionException failure) {
    boolean mayPass =
        failure instanceof StorageException
            && (isSilence(failure) || lasting(kafka, failure) == null);
    return mayPass ? failure : new SuppressRestartsException(failure);
  }

  /**
   * The same as {@link #inJob}, where Kafka has accepted the job's credentials before: that it
   * refuses them now may pass, as while its store of credentials is away.
   */
  static RuntimeException inJobLetInBefore(KafkaOptions kafka, ShardyfusionException failure) {
    return isRefusal(failure) ? failure : inJob(kafka, failure);
  }

  /**
   * The same as {@link #translate}, where Kafka has accepted the job's credentials before.
   *
   * @throws E the failure as it is, where it is none of Kafka's client or is in words
   */
  static <E extends Exception> RuntimeException translateLetInBefore(KafkaOptions kafka, E failure)
      throws E {
    RuntimeException translated = translate(kafka, failure);
    ShardyfusionException ours = find(translated, ShardyfusionException.class);
    return ours != null && isRefusal(ours) ? ours : translated;
  }

  private static boolean isRefusal(Throwable failure) {
    return find(failure, AuthenticationException.class) != null;
  }

  /**
   * The failure to throw for one of Kafka's client.
   *
   * @throws E the failure as it is, where it is none of Kafka's client or is in words
   */
  static <E extends Exception> RuntimeException translate(KafkaOptions kafka, E failure) throws E {
    if (find(failure, ShardyfusionException.class) != null
        || find(failure, KafkaException.class) == null) {
      throw failure;
    }
    ShardyfusionException lasting = lasting(kafka, failure);
    return lasting == null ? unavailable(kafka, failure) : new SuppressRestartsException(lasting);
  }

  /** A failure that may pass, in words. */
  static StorageException unavailable(KafkaOptions kafka, Throwable failure) {
    String reason = reason(failure);
    return new StorageException(
        "cannot read the Kafka topic '%s' at %s: %s%s"
            .formatted(
                kafka.topic(),
                kafka.bootstrapServers(),
                reason,
                reason.contains(UNRESOLVED)
                    ? "; check --kafka-bootstrap, and that the host names in it have an address here"
                    : ""),
        failure);
  }

  /**
   * A failure that lasts until somebody does something about it, in words; null: one that may pass.
   */
  static @Nullable ShardyfusionException lasting(KafkaOptions kafka, Throwable failure) {
    String at = "Kafka at " + kafka.bootstrapServers();
    if (isRefusal(failure)) {
      return new StorageException(
          at
              + " does not accept the job's credentials: "
              + message(failure, AuthenticationException.class)
              + "; correct the --kafka-property settings security.protocol, sasl.… and ssl.…",
          failure);
    }
    if (find(failure, AuthorizationException.class) != null) {
      String group = kafka.group();
      return new StorageException(
          """
          %s does not allow what the job does: %s; let its user describe and read the topic \
          '%s%s"""
              .formatted(
                  at,
                  message(failure, AuthorizationException.class),
                  kafka.topic(),
                  group == null ? "'" : "', and read the group '" + group + "'"),
          failure);
    }
    if (find(failure, UnsupportedVersionException.class) != null) {
      return new StorageException(
          at
              + " is too old or too new for this client: "
              + message(failure, UnsupportedVersionException.class),
          failure);
    }
    if (find(failure, InvalidTopicException.class) != null) {
      return new InvalidRequestException(
          "%s does not take '%s' for the name of a topic: %s; correct --kafka-topic"
              .formatted(at, kafka.topic(), message(failure, InvalidTopicException.class)),
          failure);
    }
    if (find(failure, InvalidGroupIdException.class) != null) {
      return new InvalidRequestException(
          "%s does not take '%s' for the name of a group: %s; correct --kafka-group"
              .formatted(at, kafka.group(), message(failure, InvalidGroupIdException.class)),
          failure);
    }
    boolean isConfiguration =
        find(failure, ConfigException.class) != null
            || find(failure, InvalidConfigurationException.class) != null;
    if (isConfiguration && !reason(failure).contains(UNRESOLVED)) {
      return new InvalidRequestException(
          "Kafka's client cannot use its settings: "
              + reason(failure)
              + "; correct --kafka-bootstrap or --kafka-property",
          failure);
    }
    return null;
  }

  /** The words of Kafka's client at the root of it. */
  static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
    return ExceptionUtils.findThrowable(failure, type).orElse(null);
  }

  private static String message(Throwable failure, Class<? extends Throwable> type) {
    Throwable found = find(failure, type);
    return found == null || found.getMessage() == null ? reason(failure) : found.getMessage();
  }
}
