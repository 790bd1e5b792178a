package io.shardyfusion.job.input.files;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.core.fs.Path;

/**
 * The files that readers have, and have not yet compared with what is there. Used by one thread.
 */
final class UncomparedFiles {

  private final Map<Integer, Set<Path>> byReader = new HashMap<>();

  /** Readers that have compared what they were restored with. */
  private final Set<Integer> ready = new HashSet<>();

  /** A reader begins, maybe with files that nobody gave it. */
  void begins(int reader) {
    ready.remove(reader);
    byReader.remove(reader);
  }

  void isGiven(int reader, Path file) {
    byReader.computeIfAbsent(reader, key -> new HashSet<>()).add(file);
  }

  void areCompared(int reader, Collection<Path> files) {
    // Readers compare in order, so this is what it was restored with, or comes after that.
    ready.add(reader);
    Set<Path> given = byReader.get(reader);
    if (given != null) {
      given.removeAll(files);
    }
  }

  /** Returns whether all of these readers are known, but for the files that they were given. */
  boolean isComplete(Set<Integer> readers) {
    return ready.containsAll(readers);
  }

  boolean has(Path file) {
    return byReader.values().stream().anyMatch(given -> given.contains(file));
  }
}
