package io.shardyfusion.temporary;

import java.nio.file.Files;

/** Holds a temporary directory until its standard input ends; prints its path. */
final class HoldingProcess {

  private HoldingProcess() {}

  public static void main(String[] args) throws Exception {
    TemporaryDirectory directory =
        TemporaryDirectory.usedUntil(() -> System.out.println("its use has ended"));
    Files.createDirectories(directory.path().resolve("sub"));
    Files.writeString(directory.path().resolve("sub/file"), "content");
    System.out.println(directory.path());
    while (System.in.read() >= 0) {
      // Until the end, or a signal.
    }
    directory.close();
  }
}
