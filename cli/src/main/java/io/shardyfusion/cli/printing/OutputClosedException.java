package io.shardyfusion.cli.printing;

/** Whoever read standard output has seen enough, as {@code head} does: the command ends quietly. */
public final class OutputClosedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public OutputClosedException(Throwable cause) {
    super("standard output was closed", cause);
  }
}
