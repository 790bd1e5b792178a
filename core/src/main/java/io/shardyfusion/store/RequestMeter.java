package io.shardyfusion.store;

/**
 * Counts the requests of a store as they are sent: repeated ones, parts and pages too. Counts only
 * ever grow. Thread-safe.
 */
public interface RequestMeter {

  /** The number of requests that write. Deletions, which are free of charge, are none of them. */
  long puts();

  /** The number of requests that read or list. */
  long gets();
}
