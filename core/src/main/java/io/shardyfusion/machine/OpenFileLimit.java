package io.shardyfusion.machine;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/** The number of files and connections that the system lets a process have open. */
public final class OpenFileLimit {

  private static final String TOO_MANY = "Too many open files";

  /** So near to the limit, a failure may come of it: whoever failed has closed something since. */
  private static final long NEAR = 3;

  private OpenFileLimit() {}

  /**
   * Why {@code failure} comes of the limit, and what to do; null if it does not. For failures of
   * files and connections only, as it also looks at the limit itself: some do not name it, and the
   * system's words depend on the locale.
   */
  public static @Nullable String reason(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (String.valueOf(at.getMessage()).contains(TOO_MANY)) {
        return described(counts());
      }
    }
    Counts counts = counts();
    return counts != null && counts.open() + NEAR >= counts.limit() ? described(counts) : null;
  }

  private static String described(@Nullable Counts counts) {
    return "too many open files"
        + (counts == null
            ? ""
            : ": the process may have "
                + counts.limit()
                + (counts.open() == counts.limit() ? "" : ", and has " + counts.open())
                + " open")
        + "; raise the limit (ulimit -n, LimitNOFILE of a systemd unit, the nofile ulimit of a"
        + " container): a reader needs one for each table file of the versions that it has open,"
        + " mostly two, a writer one for each table file of its shards, and either some 200 besides";
  }

  /**
   * Files that are open, and may be.
   *
   * @param open as many as {@code limit} where there is none left to count them by
   */
  private record Counts(long open, long limit) {}

  private static @Nullable Counts counts() {
    UnixOperatingSystemMXBean system;
    try {
      system = ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class);
    } catch (LinkageError | RuntimeException e) {
      return null; // Another system, a JVM without that module, or not a file left to load it.
    }
    if (system == null) {
      return null;
    }
    long limit = system.getMaxFileDescriptorCount();
    try {
      long open = system.getOpenFileDescriptorCount();
      return new Counts(open < 0 ? limit : open, limit);
    } catch (InternalError e) {
      return new Counts(limit, limit);
    }
  }
}
