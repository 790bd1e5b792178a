package io.shardyfusion.cluster.process;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs another main class, and ends the process as soon as its standard input does, that is, when
 * the process that started it is gone, however it ended.
 */
public final class OwnedMain {

  private OwnedMain() {}

  public static void main(String[] args) throws Throwable {
    Thread owner = new Thread(OwnedMain::haltWithOwner, "owner-watch");
    owner.setDaemon(true);
    owner.start();
    try {
      Class.forName(args[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void haltWithOwner() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is sent: this waits for the end.
      }
    } catch (IOException e) {
      // The owner is gone.
    }
    Runtime.getRuntime().halt(1);
  }
}
