package io.shardyfusion.job.input.files;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;

/**
 * This machine's files by another scheme. It does not answer for a path while that hangs, and then
 * cannot be interrupted either, as one of a network that is gone.
 */
public final class HangingFileSystem extends LocalFileSystem {

  private static final String SCHEME = "hanging";

  private static final Map<String, Hanging> HANGING = new ConcurrentHashMap<>();

  /** A path that hangs until this is closed. */
  static final class Hanging implements AutoCloseable {

    private final String path;
    private final Semaphore asked = new Semaphore(0);
    private final CountDownLatch over = new CountDownLatch(1);

    private Hanging(String path) {
      this.path = path;
    }

    /** Waits until somebody waits for an answer, who was not waited for before. */
    void awaitQuestion() throws InterruptedException {
      if (!asked.tryAcquire(60, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody asked for " + path);
      }
    }

    private void hang() {
      asked.release();
      boolean interrupted = false;
      while (over.getCount() > 0) {
        try {
          over.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      HANGING.remove(path);
      over.countDown();
    }
  }

  /** The path, by this filesystem, of a file of this machine. */
  static String path(java.nio.file.Path file) {
    return SCHEME + "://" + file;
  }

  /** Lets questions for a file, or for what is in a directory, hang from now on. */
  static Hanging hang(java.nio.file.Path file) {
    Hanging hanging = new Hanging(file.toString());
    HANGING.put(file.toString(), hanging);
    return hanging;
  }

  private static void ask(Path path) {
    Hanging hanging = HANGING.get(path.getPath());
    if (hanging != null) {
      hanging.hang();
    }
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public boolean isDistributedFS() {
    return true;
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    ask(path);
    return super.getFileStatus(path);
  }

  @Override
  public FileStatus[] listStatus(Path directory) throws IOException {
    ask(directory);
    String[] names = new File(directory.getPath()).list();
    if (names == null) {
      return null;
    }
    FileStatus[] children = new FileStatus[names.length];
    for (int i = 0; i < names.length; i++) {
      children[i] = super.getFileStatus(new Path(directory, names[i]));
    }
    return children;
  }

  /** Finds the filesystem for Flink. */
  public static final class Factory implements FileSystemFactory {

    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public FileSystem create(URI uri) {
      return new HangingFileSystem();
    }
  }
}
