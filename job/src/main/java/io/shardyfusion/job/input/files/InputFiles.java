package io.shardyfusion.job.input.files;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.job.input.files.listing.InputFile;
import io.shardyfusion.job.input.files.listing.InputListing;
import io.shardyfusion.job.input.news.InputProblem;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of an input, each once, in path order: by their absolute paths, compared as strings. A
 * file's place in this list is the first part of the order of its rows.
 *
 * <p>Directories are read with all that is below them. What a directory or a glob lists is skipped
 * where a name on the way to it begins with {@code .} or {@code _}, or is one that tools leave,
 * such as {@code a.jsonl~}; a file that is named itself is always read.
 *
 * <p>A path that exists is taken literally. Otherwise {@code *}, {@code ?}, {@code [..]} and <code>
 * {a,b}</code> match within one name, {@code **} across directories; a matching directory is read
 * like one that is named.
 *
 * @param files the files; none if all that was named are empty directories
 */
public record InputFiles(List<InputFile> files) implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(InputFiles.class);

  private static final int MOST_SHOWN = 5;

  /** A filesystem that takes longer for an answer is told of while somebody waits for a start. */
  private static final Duration SLOW = Duration.ofSeconds(10);

  /** Copies. */
  public InputFiles {
    files = List.copyOf(files);
  }

  /** The size of all files as stored, in bytes. */
  public long totalBytes() {
    return files.stream().mapToLong(InputFile::length).sum();
  }

  /**
   * Finds the files. Lists directories, so it costs requests in proportion to them. What it leaves
   * out because a tool seems to have left it is logged, in one line; so is a filesystem that does
   * not answer, which is waited for.
   *
   * @throws InvalidRequestException if a path does not exist, a glob matches nothing, a compression
   *     is unknown, or something is there that is no input, such as a link that leads nowhere
   * @throws StorageException if a filesystem does not answer, or refuses
   */
  public static InputFiles resolve(List<String> paths) {
    return resolve(paths, SLOW);
  }

  /**
   * The same as {@link #resolve(List)}, with a filesystem that has so much time for each answer.
   */
  static InputFiles resolve(List<String> paths, Duration slow) {
    InputListing listing = WatchedListing.once(paths, slow, InputListing::of);
    for (String text : listing.missing().keySet()) {
      throw missing(text);
    }
    if (!listing.problems().isEmpty()) {
      throw InputProblem.error(listing.problems().values());
    }
    for (String text : listing.unmatched().keySet()) {
      throw new InvalidRequestException(
          "the input glob '"
              + text
              + "' matches no file (names that begin with . or _ are left out, and so are those that"
              + " tools leave, such as a~ or a.tmp); correct --input");
    }
    InputFiles found = new InputFiles(List.copyOf(listing.files().values()));
    for (InputFile file : found.files()) {
      Compression.of(file.path());
    }
    if (!listing.skipped().isEmpty()) {
      LOG.warn("{}", skipped(listing.skipped()));
    }
    return found;
  }

  /**
   * Checks that files can come below each path: a directory or a file exists, a glob is valid.
   *
   * @throws InvalidRequestException if not
   * @throws StorageException if a filesystem does not answer
   */
  public static void requireWatchable(List<String> paths) {
    InputListing listing = WatchedListing.once(paths, SLOW, InputListing::ofThemselves);
    for (String text : listing.missing().keySet()) {
      throw missing(text);
    }
    if (!listing.problems().isEmpty()) {
      throw InputProblem.error(listing.problems().values());
    }
  }

  /** The sentence, without its full stop, that says what was left out. */
  static String skipped(Collection<String> names) {
    return "left out %s%s that tools leave behind: %s%s; to read such a file, name it itself"
        .formatted(
            names.size(),
            names.size() == 1 ? " name" : " names",
            String.join(", ", names.stream().limit(MOST_SHOWN).toList()),
            names.size() > MOST_SHOWN ? ", …" : "");
  }

  private static InvalidRequestException missing(String text) {
    return new InvalidRequestException(
        "the input path '" + text + "' does not exist; correct --input");
  }
}
