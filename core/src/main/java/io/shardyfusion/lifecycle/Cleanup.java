package io.shardyfusion.lifecycle;

import java.util.List;

/** Closes things so that no failure hides another, or keeps the rest from being closed. */
public final class Cleanup {

  private Cleanup() {}

  /** Closes something because of {@code failure}, to which a failure to close is added. */
  public static void afterFailure(Throwable failure, AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  /** Closes all in their order; throws the first failure in the end, with the others added. */
  public static void all(List<? extends AutoCloseable> resources) {
    RuntimeException failure = null;
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        if (failure == null) {
          failure = e instanceof RuntimeException r ? r : new IllegalStateException(e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
