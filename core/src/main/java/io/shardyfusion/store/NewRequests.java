package io.shardyfusion.store;

/** The requests that a store counts, of which each is told once. Used by one thread at a time. */
public final class NewRequests {

  private final CountingObjectStore store;
  private Requests told = Requests.NONE;

  /** Tells the requests to {@code store}, which the caller owns. */
  public NewRequests(CountingObjectStore store) {
    this.store = store;
  }

  /** The requests since the last call, or since the store was opened. */
  public Requests take() {
    Requests all = store.requests();
    Requests fresh = all.minus(told);
    told = all;
    return fresh;
  }

  /**
   * The same, and the write of an object that tells of its own write, too: it is about to follow.
   */
  public Requests takeWithNextPut() {
    Requests fresh = take();
    told = new Requests(told.puts() + 1, told.gets());
    return new Requests(fresh.puts() + 1, fresh.gets());
  }
}
