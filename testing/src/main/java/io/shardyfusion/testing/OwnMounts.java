package io.shardyfusion.testing;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Processes that see mounts of their own: what they mount, nobody else sees, and it goes with them.
 * Linux only, and for root only.
 */
public final class OwnMounts {

  private OwnMounts() {}

  /**
   * Returns whether this machine lets this process do that; a test that needs it is skipped if not.
   */
  public static boolean possible() {
    try {
      Process process =
          new ProcessBuilder(command("mount -t tmpfs tmpfs /mnt", List.of("true")))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // There is no unshare here.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * The command that runs a shell script, which mounts, and then {@code command} in its place.
   *
   * @param script for {@code sh}; the command does not begin if it fails
   */
  public static List<String> command(String script, List<String> command) {
    return Stream.concat(
            Stream.of("unshare", "-m", "sh", "-c", "set -e; " + script + "\nexec \"$@\"", "sh"),
            command.stream())
        .toList();
  }
}
