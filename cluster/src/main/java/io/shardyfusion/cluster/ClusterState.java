package io.shardyfusion.cluster;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The supervisor's message to the other commands.
 *
 * @param phase how far it is
 * @param failure why it is {@link Phase#FAILED}, else null
 * @param supervisor its process id
 * @param flink where Flink's jars come from
 * @param restUrl Flink's REST interface and web UI
 * @param s3Endpoint the S3 server
 * @param buckets those it has
 * @param options what it was started with
 * @param processes that it owns
 */
@RecordBuilder
@RecordBuilder.Options(enableWither = false)
record ClusterState(
    Phase phase,
    @Nullable String failure,
    long supervisor,
    String flink,
    String restUrl,
    String s3Endpoint,
    List<String> buckets,
    ClusterOptions options,
    List<Member> processes) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  ClusterState {
    buckets = List.copyOf(buckets);
    processes = List.copyOf(processes);
  }

  /** The progress of a supervisor. */
  enum Phase {
    STARTING,
    READY,
    FAILED
  }

  /**
   * A process of the cluster.
   *
   * @param name as its log is called
   * @param pid of the one that runs, or ran last
   * @param running whether it does
   * @param restarts how often it was started again
   */
  record Member(String name, long pid, boolean running, int restarts) {}

  /** The state that the supervisor in {@code directory} last wrote. */
  static Optional<ClusterState> read(ClusterDirectory directory) {
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(directory.state()), ClusterState.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The state of a cluster that is up.
   *
   * @throws ClusterException if there is none
   */
  static ClusterState require(ClusterDirectory directory) {
    Optional<ClusterState> state = directory.inUse() ? read(directory) : Optional.empty();
    return state
        .filter(s -> s.phase() == Phase.READY)
        .orElseThrow(
            () ->
                ClusterException.notThere(
                    "no cluster is up in " + directory.root() + "; start one: bin/cluster up"));
  }

  /** Writes it atomically. */
  void write(ClusterDirectory directory) {
    Path next = directory.root().resolve("state.json.next");
    try {
      Files.writeString(next, toJson());
      Files.move(next, directory.state(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
