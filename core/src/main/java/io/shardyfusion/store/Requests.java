package io.shardyfusion.store;

/**
 * A number of requests to a store.
 *
 * @param puts those that wrote objects
 * @param gets those that read objects
 */
public record Requests(long puts, long gets) {

  /** No request. */
  public static final Requests NONE = new Requests(0, 0);

  /** The requests that these are more than {@code others}. */
  public Requests minus(Requests others) {
    return new Requests(puts - others.puts, gets - others.gets);
  }
}
