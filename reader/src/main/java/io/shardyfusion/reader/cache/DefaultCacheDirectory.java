package io.shardyfusion.reader.cache;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.StorageException;
import io.shardyfusion.format.Sha256;
import io.shardyfusion.machine.FileFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The cache directory of a reader that was given none: {@code
 * <java.io.tmpdir>/shardyfusion-<user>/<name>-<digest of the URI>}. The temporary directory is open
 * to all, and cached table files are trusted at the next start; so the directory of the user is
 * made for that user alone, and refused if it is somebody else's or open to others.
 */
public final class DefaultCacheDirectory {

  private DefaultCacheDirectory() {}

  /**
   * The directory for a dataset, in a private one that is created if need be.
   *
   * @throws InvalidRequestException if the private one is not private
   * @throws StorageException if it cannot be created
   */
  public static Path create(String datasetUri) {
    return create(Path.of(System.getProperty("java.io.tmpdir")), datasetUri);
  }

  public static Path create(Path temporary, String datasetUri) {
    Path directory =
        ofUser(temporary, "the default cache directory", "set ReaderOptions.cacheDirectory");
    String uri = datasetUri.replaceAll("/+$", "");
    return directory.resolve(portable(uri.substring(uri.lastIndexOf('/') + 1)) + "-" + digest(uri));
  }

  /**
   * The directory for what readers have open of caches that they cannot write.
   *
   * @throws InvalidRequestException if the private one is not private
   * @throws StorageException if it cannot be created
   */
  static Path forReadOnlyCaches() {
    return ofUser(
            Path.of(System.getProperty("java.io.tmpdir")),
            "the directory for what is open of a cache that cannot be written",
            "set the system property java.io.tmpdir to a directory that can be")
        .resolve("read-only");
  }

  private static Path ofUser(Path temporary, String what, String remedy) {
    Path directory =
        temporary.resolve("shardyfusion-" + nameOf(System.getProperty("user.name", "")));
    try {
      createPrivate(directory);
      checkPrivate(directory, what, remedy);
      return directory;
    } catch (IOException e) {
      throw new StorageException(
          what + " " + directory + " cannot be created: " + FileFailure.reason(e, remedy), e);
    }
  }

  /**
   * The part of the directory's name that only this user has: the name, or the number where there
   * is none, as for users that a container platform chooses, or where it is not portable.
   */
  public static String nameOf(String user) {
    if (!user.isEmpty() && portable(user).equals(user)) {
      return user;
    }
    try {
      return String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return portable(user) + "-" + digest(user);
    }
  }

  private static void createPrivate(Path directory) throws IOException {
    try {
      if (Files.getFileStore(directory.getParent())
          .supportsFileAttributeView(PosixFileAttributeView.class)) {
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectory(directory);
      }
    } catch (FileAlreadyExistsException e) {
      // It is checked next, whoever created it.
    }
  }

  private static void checkPrivate(Path directory, String what, String remedy) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(
            directory, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      return;
    }
    PosixFileAttributes attributes = view.readAttributes();
    String permissions = PosixFilePermissions.toString(attributes.permissions());
    if (!attributes.isDirectory()
        || !permissions.endsWith("------")
        || !isMine(directory, attributes)) {
      throw new InvalidRequestException(
          what
              + " "
              + directory
              + " is not private: expected a directory of this user with the permissions rwx------, found "
              + (attributes.isDirectory() ? permissions : "no directory")
              + " of "
              + attributes.owner().getName()
              + "; remove it, or "
              + remedy);
    }
  }

  private static boolean isMine(Path directory, PosixFileAttributes attributes) throws IOException {
    Path probe = Files.createTempFile(directory, "owner", null);
    boolean mine = Files.getOwner(probe).equals(attributes.owner());
    Files.delete(probe);
    return mine;
  }

  private static String digest(String text) {
    return Sha256.of(text.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
  }

  private static String portable(String name) {
    return name.replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
