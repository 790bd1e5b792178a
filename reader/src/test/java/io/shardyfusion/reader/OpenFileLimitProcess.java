package io.shardyfusion.reader;

import com.sun.management.UnixOperatingSystemMXBean;
import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.lifecycle.Cleanup;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A process that opens readers with so and so many files left to open, and says how it went. */
final class OpenFileLimitProcess {

  private static final int MOST_LEFT = 16;

  private OpenFileLimitProcess() {}

  /** {@code URI DIRECTORY}: prints a line for each number of files left, from none. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[1]);
    List<String> lines = new ArrayList<>();
    use(args[0], directory.resolve("first")); // Java has loaded all that it needs then.
    UnixOperatingSystemMXBean system =
        ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class);
    for (int left = 0; left < MOST_LEFT; left++) {
      long taken = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() - left;
      lines.add(use(args[0], directory.resolve("cache-" + left), taken));
    }
    Files.write(directory.resolve("outcomes"), lines);
  }

  private static String use(String uri, Path cache, long taken) {
    List<InputStream> files = new ArrayList<>();
    try {
      for (long i = 0; i < taken; i++) {
        InputStream file = nothing();
        if (file != null) {
          files.add(file);
        }
      }
      use(uri, cache);
      return "works";
    } catch (ShardyfusionException e) {
      return e.toString().replace('\n', ' ');
    } catch (RuntimeException | Error e) {
      return "not ours: " + e;
    } finally {
      files.forEach(file -> Cleanup.all(List.of(file)));
    }
  }

  private static void use(String uri, Path cache) {
    ReaderOptions options = ReaderOptions.builder(uri).cacheDirectory(cache).build();
    try (ShardedReader reader = ShardedReader.open(options)) {
      reader.prefetch();
      if (reader.get(1L) == null) {
        throw new AssertionError("no value");
      }
    }
  }

  private static @Nullable InputStream nothing() {
    try {
      return new FileInputStream("/dev/null");
    } catch (IOException e) {
      return null;
    }
  }
}
