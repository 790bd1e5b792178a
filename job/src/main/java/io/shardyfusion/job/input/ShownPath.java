package io.shardyfusion.job.input;

import org.apache.flink.core.fs.Path;

/** Paths as messages show them. */
final class ShownPath {

  private ShownPath() {}

  /** The path; local ones without their scheme. */
  static String of(Path path) {
    return "file".equals(path.toUri().getScheme()) ? path.getPath() : path.toString();
  }
}
