package io.shardyfusion.shard.rocksdb;

import io.shardyfusion.machine.NativeLibrary;
import io.shardyfusion.machine.NativeLibrary.Setting;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * RocksDB's native library. Whatever makes an object of {@code org.rocksdb} calls {@link #load}
 * before.
 *
 * <p>{@link RocksDB#loadLibrary} would do once. But after most of its failures it remembers that it
 * is at it, and the next call waits for ever, or ten seconds, by its version; and classes call it
 * in their static initializers. So the library is loaded by the loader behind it, which remembers
 * only success, and {@code loadLibrary} is called when it has nothing left to fail with.
 */
public final class RocksDbLibrary {

  private static final String DIRECTORY = "ROCKSDB_SHAREDLIB_DIR";

  private static final NativeLibrary LIBRARY =
      new NativeLibrary(
          "RocksDB",
          new Setting("the environment variable " + DIRECTORY, System.getenv(DIRECTORY)),
          RocksDbLibrary::load);

  /** The failure after which RocksDB must not be asked again; guarded by the library's lock. */
  private static @Nullable String broken;

  private RocksDbLibrary() {}

  /**
   * Makes sure that the library is loaded.
   *
   * @throws io.shardyfusion.StorageException if it cannot be; the next call tries again
   */
  public static void load() {
    LIBRARY.load();
  }

  private static void load(Path directory) throws Exception {
    if (broken != null) {
      throw new UnsatisfiedLinkError(broken);
    }
    NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
    try {
      RocksDB.loadLibrary();
    } catch (LinkageError e) {
      broken = e.getMessage(); // Another version's library was installed.
      throw e;
    }
  }
}
