package io.shardyfusion.cluster;

/** Why a command cannot do its work, told to whoever called it: one message, and the exit code. */
final class ClusterException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private ClusterException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** The thing that was asked for is not there: exit code 1. */
  static ClusterException notThere(String message) {
    return new ClusterException(1, message);
  }

  /** The call, its options or this machine must be changed: exit code 2. */
  static ClusterException usage(String message) {
    return new ClusterException(2, message);
  }

  /** The cluster or a job failed: exit code 3. */
  static ClusterException failed(String message) {
    return new ClusterException(3, message);
  }

  /** Somebody else has what is needed: exit code 4. */
  static ClusterException conflict(String message) {
    return new ClusterException(4, message);
  }

  int exitCode() {
    return exitCode;
  }
}
