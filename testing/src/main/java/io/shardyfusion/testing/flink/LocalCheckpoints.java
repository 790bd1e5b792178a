package io.shardyfusion.testing.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a job can be restored from, on local disk. */
public final class LocalCheckpoints {

  private static final String METADATA = "_metadata";

  private LocalCheckpoints() {}

  /**
   * The directory of the newest complete checkpoint or savepoint anywhere below {@code directory},
   * by the time its {@code _metadata} was written, which Flink does last and atomically.
   */
  public static Optional<Path> newest(Path directory) {
    Newest newest = new Newest();
    try {
      Files.walkFileTree(directory, newest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.ofNullable(newest.found).map(Path::getParent);
  }

  /** Checkpoints come and go while it walks. */
  private static final class Newest extends SimpleFileVisitor<Path> {
    private @Nullable Path found;
    private FileTime time = FileTime.fromMillis(0);

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (file.endsWith(METADATA) && attributes.lastModifiedTime().compareTo(time) > 0) {
        found = file;
        time = attributes.lastModifiedTime();
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }
}
