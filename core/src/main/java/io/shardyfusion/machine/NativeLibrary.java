package io.shardyfusion.machine;

import io.shardyfusion.StorageException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A native library that comes in a jar, and must be a file to be loaded. The file is written into a
 * directory of its own, in the one that the settings name, and both are deleted as soon as the
 * library is loaded, or is not: nothing is left of a process that is killed, or that tries again.
 *
 * <p>Everything that needs the library calls {@link #load} before it touches a class of the jar:
 * one whose static initializer fails is lost for the rest of the process, and {@link #load} is not,
 * so it succeeds once the cause is gone. Thread-safe.
 */
public final class NativeLibrary {

  private static final String TEMPORARY = "java.io.tmpdir";
  private static final String PREFIX = "shardyfusion-library-";

  private final String name;
  private final Setting setting;
  private final Loader loader;
  private volatile boolean loaded;

  /**
   * A library that is not loaded yet.
   *
   * @param name for messages
   * @param setting the library's own one, for the directory
   */
  public NativeLibrary(String name, Setting setting, Loader loader) {
    this.name = name;
    this.setting = setting;
    this.loader = loader;
  }

  /**
   * Names the setting that says where the file is written. If it is not set, the temporary
   * directory is used.
   *
   * @param name for messages, for example {@code the environment variable X}
   * @param value what it says; null or empty if it is not set
   */
  public record Setting(String name, @Nullable String value) {}

  /** Loads the library. */
  @FunctionalInterface
  public interface Loader {
    /**
     * Loads it, or throws whatever it throws.
     *
     * @param directory where the file may be written
     */
    void load(Path directory) throws Exception;
  }

  /**
   * Loads the library, if it is not. Costs one read of a volatile field once it is.
   *
   * @throws StorageException if it cannot be loaded; the next call tries again
   */
  public void load() {
    if (!loaded) {
      loadNow();
    }
  }

  private synchronized void loadNow() {
    if (loaded) {
      return;
    }
    Path base = base();
    // A name that nobody else can have taken, should it not be created.
    Path own = base.resolve(PREFIX + UUID.randomUUID());
    IOException notCreated = null;
    try {
      own = Files.createTempDirectory(base, PREFIX);
      // For systems that do not delete a library in use; entries in it were registered later, and
      // go first.
      own.toFile().deleteOnExit();
    } catch (IOException e) {
      notCreated = e; // That does no harm where the library is installed.
    }
    try {
      loader.load(own);
      loaded = true;
    } catch (Exception | LinkageError e) {
      if (notCreated != null) {
        e.addSuppressed(notCreated);
      }
      if (mayNotBeExecuted(root(e))) {
        files(own).forEach(NativeLibrary::empty);
      }
      throw failure(base.toAbsolutePath(), notCreated != null ? notCreated : root(e), e);
    } finally {
      files(own).forEach(File::delete);
      own.toFile().delete(); // What is in use on another system goes when the process ends.
    }
  }

  private Path base() {
    String set = setting.value();
    return Path.of(set == null || set.isEmpty() ? System.getProperty(TEMPORARY) : set);
  }

  private StorageException failure(Path base, Throwable cause, Throwable e) {
    String reason;
    if (cause instanceof IOException) {
      reason =
          "it could not be written to the directory "
              + base
              + " ("
              + (Files.isDirectory(base) ? FileFailure.reason(cause) : "there is none")
              + ")"
              + remedy();
    } else if (mayNotBeExecuted(cause)) {
      reason =
          "nothing in the directory "
              + base
              + " may be executed, as it is mounted noexec, or a policy forbids it ("
              + lastWords(cause)
              + ")"
              + remedy();
    } else {
      reason =
          "there is none for this system ("
              + System.getProperty("os.name")
              + ", "
              + System.getProperty("os.arch")
              + "), or something that it needs is missing: "
              + cause;
    }
    return new StorageException(
        "the native library of " + name + " could not be loaded: " + reason, e);
  }

  private String remedy() {
    boolean own = setting.value() != null && !setting.value().isEmpty();
    return "; set "
        + setting.name()
        + (own ? "" : ", or the system property " + TEMPORARY + ",")
        + " to a directory that this process may write to, with 20 MB free, where files may be"
        + " executed";
  }

  private static boolean mayNotBeExecuted(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof UnsatisfiedLinkError
        && (message.contains("failed to map segment")
            || message.contains("Operation not permitted")
            || message.contains("Permission denied"));
  }

  private static Throwable root(Throwable e) {
    Throwable at = e;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  /** The system's reason, without the path before it and a library's own guesses below. */
  private static String lastWords(Throwable e) {
    String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return line.substring(line.lastIndexOf(": ") + 1).strip();
  }

  private static List<File> files(Path directory) {
    File[] files = directory.toFile().listFiles();
    return files == null ? List.of() : List.of(files);
  }

  /**
   * Gives the room of a file back, which deleting it does not do at once: the C library leaves a
   * part of it mapped that nobody uses.
   */
  private static void empty(File file) {
    try {
      Files.write(file.toPath(), new byte[0]);
    } catch (IOException e) {
      // It is deleted next, and gives the room back later.
    }
  }
}
