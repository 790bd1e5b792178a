package io.shardyfusion.job.input.rows;

import org.apache.flink.core.fs.Path;

/** Paths as messages show them. */
public final class ShownPath {

  private ShownPath() {}

  /** The path; local ones without their scheme. */
  public static String of(Path path) {
    return "file".equals(path.toUri().getScheme()) ? path.getPath() : path.toString();
  }
}
