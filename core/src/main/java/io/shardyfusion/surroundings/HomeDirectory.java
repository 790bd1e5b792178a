package io.shardyfusion.surroundings;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The home directory of the user. The Java platform asks the list of users for it, and has {@code
 * ?} for a user id that is not in it, as some container platforms choose them.
 */
public final class HomeDirectory {

  private HomeDirectory() {}

  /**
   * That of the list of users, else that of the environment's {@code HOME}; null if neither is an
   * absolute path.
   *
   * @throws io.shardyfusion.InvalidRequestException if {@code HOME} is needed, and is no text in
   *     this process's character set
   */
  public static @Nullable Path find() {
    Path known = absolute(System.getProperty("user.home"));
    return known == null ? absolute(GivenText.variable("HOME")) : known;
  }

  /** The path, or null if it is none, or one that was not decoded. */
  static @Nullable Path absolute(@Nullable String text) {
    if (text == null || text.indexOf('?') >= 0 || text.indexOf(GivenText.REPLACEMENT) >= 0) {
      return null;
    }
    Path path = LocalPath.of(text);
    return path.isAbsolute() ? path : null;
  }
}
