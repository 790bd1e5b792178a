package io.shardyfusion.cli;

/** Whoever read standard output has seen enough, as {@code head} does: the command ends quietly. */
final class OutputClosedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  OutputClosedException(Throwable cause) {
    super("standard output was closed", cause);
  }
}
