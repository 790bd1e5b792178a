package io.shardyfusion.job.input.files;

import io.shardyfusion.job.input.files.listing.InputFile;
import io.shardyfusion.job.input.files.listing.InputListing;
import io.shardyfusion.job.input.rows.ShownPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.core.fs.Path;

/**
 * All files that were ever found, so that each is read once: by path, length and modification time.
 *
 * <ul>
 *   <li>A file that was not there before is new.
 *   <li>One that was gone, or empty, and comes back is new if it is another than it was, unless it
 *       still waits for its reader.
 *   <li>One that changes where it lies is not read again: its old rows might replace newer ones of
 *       other files. That is told, when it is seen to have come to rest.
 *   <li>One that changes, or goes, before it was read to its end is the affair of its reader, who
 *       {@linkplain #read tells}.
 * </ul>
 *
 * <p>Used by one thread.
 */
final class KnownFiles {

  private final Map<Path, KnownFile> known;

  /** Files that had changed when they were looked at last. */
  private final Map<Path, InputFile> changed = new HashMap<>();

  KnownFiles(Map<Path, KnownFile> known) {
    this.known = new HashMap<>(known);
  }

  /** A copy, for a checkpoint. */
  Map<Path, KnownFile> copy() {
    return Map.copyOf(known);
  }

  /** Returns whether a file was found once. */
  boolean has(Path path) {
    return known.containsKey(path);
  }

  /**
   * Takes a listing, and gives the files in it that are to be read.
   *
   * @param unread which files a reader will yet compare, when it gets them or is restored
   * @param told is told what an operator should know
   */
  List<FileSourceSplit> take(InputListing listing, Predicate<Path> unread, Consumer<String> told) {
    List<FileSourceSplit> found = new ArrayList<>();
    for (InputFile file : listing.files().values()) {
      if (file.length() > 0 && isNew(file, unread, told)) {
        known.put(file.path(), KnownFile.of(file));
        found.add(split(file));
      }
    }
    known.replaceAll((path, file) -> file.isThere() && isGone(path, listing) ? file.gone() : file);
    changed.keySet().removeIf(path -> !listing.files().containsKey(path.toString()));
    return found;
  }

  /** Takes what a reader found in the place of a file that it is to read. */
  void read(ChangedFile event) {
    changed.remove(event.path());
    if (event.isPassedOver()) {
      known.remove(event.path());
    } else {
      known.put(event.path(), new KnownFile(event.length(), event.modificationTime(), true));
    }
  }

  private boolean isNew(InputFile file, Predicate<Path> unread, Consumer<String> told) {
    Path path = file.path();
    KnownFile before = known.get(path);
    if (before == null) {
      return true;
    }
    if (before.isSame(file)) {
      changed.remove(path);
      known.put(path, KnownFile.of(file));
      return false;
    }
    if (unread.test(path)) {
      return false;
    }
    if (!before.isThere()) {
      return true;
    }
    if (file.equals(changed.put(path, file))) {
      changed.remove(path);
      known.put(path, KnownFile.of(file));
      told.accept(
          "the input file "
              + ShownPath.of(path)
              + " was changed after it was found: a file is read once, so what is new in it is left"
              + " out; put changes into a new file");
    }
    return false;
  }

  private static boolean isGone(Path path, InputListing listing) {
    InputFile file = listing.files().get(path.toString());
    if (file != null) {
      return file.length() == 0;
    }
    String shown = ShownPath.of(path);
    return listing.problems().values().stream().noneMatch(problem -> problem.covers(shown));
  }

  private static FileSourceSplit split(InputFile file) {
    return new FileSourceSplit(
        file.path().toString(),
        file.path(),
        0,
        file.length(),
        file.modificationTime(),
        file.length());
  }
}
