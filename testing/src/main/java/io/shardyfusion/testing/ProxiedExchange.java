package io.shardyfusion.testing;

/**
 * A request that came to a {@link FaultProxy}, and how it was answered.
 *
 * @param request what was asked
 * @param status what the client was answered; 0 where it was not, or not yet
 */
public record ProxiedExchange(ProxiedRequest request, int status) {

  /** The status of a request without an answer. */
  public static final int UNANSWERED = 0;

  /** Request and answer, for assertions: {@code GET /bucket/_CURRENT 304}. */
  public String line() {
    return request.line() + " " + status;
  }
}
