package io.shardyfusion.store.local;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock under which the objects of a directory change, held by one thread of all processes.
 *
 * <p>Between processes it is a file lock. POSIX gives that to a process, not to a channel: a second
 * channel on the file succeeds too, and closing it releases the lock of the first. So at most one
 * thread of this JVM may have the file open. A static lock would not see to that, as an application
 * server or Flink loads this class once for each class loader; an interned string is the same
 * object for all of them.
 */
final class LocalLock {

  private static final String FILE = "lock";

  private static final Logger LOG = LoggerFactory.getLogger(LocalLock.class);

  private LocalLock() {}

  /** An action that is done while the lock is held. */
  interface Action<T> {
    T run() throws IOException;
  }

  /**
   * Runs {@code action} under the lock of a directory.
   *
   * @param temporary the existing directory for the store's own files
   */
  static <T> T holding(Path temporary, Action<T> action) throws IOException {
    Path file = temporary.toRealPath().resolve(FILE);
    synchronized (("io.shardyfusion.store:" + file).intern()) {
      FileChannel channel = FileChannel.open(file, CREATE, WRITE);
      try {
        channel.lock();
        return action.run();
      } finally {
        release(channel);
      }
    }
  }

  /**
   * Releases the lock. Failing to is harmless: the action was done, and the lock's file has no
   * content.
   */
  private static void release(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("event=lock_not_closed: {}", e.toString());
    }
  }

  /** Returns whether {@code file} is the lock's file. */
  static boolean is(Path file) {
    return file.endsWith(FILE);
  }
}
