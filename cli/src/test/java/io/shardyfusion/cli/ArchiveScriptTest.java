package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shardyfusion.cli.ShardyProcess.Ended;
import io.shardyfusion.testing.OwnMounts;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/lib/archive.sh}, with a jar of one class. */
final class ArchiveScriptTest {

  /** What a command's script does, which then waits for what it has started in the background. */
  private static final String SCRIPT =
      """
      set -eu
      name=tiny
      . "${0%/*}/lib/start.sh"
      . "$home/bin/lib/archive.sh"
      archive "$@"
      echo "$archive"
      wait
      """;

  private static final String NONE = "\n";

  @TempDir private Path directory;

  private Path archives;
  private Path lib;
  private Path jar;

  /** The class in the jar. */
  static final class Tiny {

    private Tiny() {}

    /** Does nothing. */
    public static void main(String[] args) {}
  }

  @BeforeEach
  void makeTheJar() throws IOException {
    archives = Files.createDirectory(directory.resolve("archives"));
    lib = Files.createDirectory(directory.resolve("lib"));
    jar = directory.resolve("tiny.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Tiny.class.getName());
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      String name = Tiny.class.getName().replace('.', '/') + ".class";
      out.putNextEntry(new JarEntry(name));
      try (var bytes = Tiny.class.getClassLoader().getResourceAsStream(name)) {
        bytes.transferTo(out);
      }
    }
  }

  @Test
  void onlyOldArchivesInTheirOwnDirectoryAreRemovedAndOneOfOtherJarsIsReplaced() throws Exception {
    Files.setPosixFilePermissions(archives, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectory(archives.resolve("below"));
    Files.createDirectory(archives.resolve("shardy-1-5.jsa.making"));
    for (String old :
        List.of(
            "shardy-1-2.jsa",
            "shardy-1-5.jsa.making/archive",
            "below/shardy-1-2.jsa",
            "notes.jsa",
            "shardy-notes.jsa",
            "my-shardy-1-2.jsa")) {
      old(Files.writeString(archives.resolve(old), "old"));
    }
    old(archives.resolve("shardy-1-5.jsa.making"));
    Files.writeString(archives.resolve("shardy-1-4.jsa"), "of another Java");

    Path first = archive(Map.of());
    List<String> kept =
        List.of(
            "below/shardy-1-2.jsa",
            "my-shardy-1-2.jsa",
            "notes.jsa",
            "shardy-1-4.jsa",
            "shardy-notes.jsa");
    assertThat(files(archives)).containsExactlyInAnyOrderElementsOf(with(kept, first));
    assertThat(permissions(archives)).isEqualTo("rwxr-xr-x");
    assertThat(permissions(first)).as("for whoever runs in the image").isEqualTo("r--r--r--");

    Files.writeString(lib.resolve("another.jar"), "");
    Path second = archive(Map.of());
    assertThat(second).isNotEqualTo(first);
    assertThat(files(archives)).containsExactlyInAnyOrderElementsOf(with(kept, second));
  }

  @Test
  void theArchiveThatNobodyNamedIsForItsUserAloneAndAnothersIsNotUsed() throws Exception {
    Map<String, String> unnamed =
        Map.of("SHARDY_ARCHIVE", "", "XDG_CACHE_HOME", directory.resolve("cache").toString());

    assertThat(script(unnamed)).as("nobody waits").isEqualTo(new Ended(0, NONE, ""));
    Path archive = archive(unnamed);
    assertThat(archive.getParent()).isEqualTo(directory.resolve("cache/shardyfusion"));
    assertThat(permissions(archive.getParent())).isEqualTo("rwx------");
    assertThat(permissions(archive)).isEqualTo("r--------");
    assertThat(files(archive.getParent())).containsExactly(archive.getFileName().toString());

    assumeTrue(Files.getAttribute(archive, "unix:uid").equals(0), "needs root");
    Files.setAttribute(archive, "unix:uid", 1);
    assertThat(script(unnamed)).isEqualTo(new Ended(0, NONE, ""));
  }

  @Test
  void optionsOfTheEnvironmentAreNeitherJavasVersionNorThoseOfTheTraining() throws Exception {
    Path archive =
        archive(
            Map.of(
                "JAVA_TOOL_OPTIONS", "-javaagent:/nowhere/agent.jar",
                "JDK_JAVA_OPTIONS", "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y",
                "_JAVA_OPTIONS", "-XX:NoSuchOption"));

    assertThat(archive(Map.of())).isEqualTo(archive);
    assertThat(files(archives)).hasSize(1);
  }

  @Test
  void aDiskThatIsFullOrCannotBeWrittenKeepsNothingAndIsNoFailure() throws Exception {
    assumeTrue(OwnMounts.possible(), "this user may not mount anything here");
    String inIt = "; sh -c \"$SCRIPT\" \"$TINY\" \"$JAR\" \"$LIB\"; ls -A \"$SHARDY_ARCHIVE\"/*'";
    String mount = "unshare -m sh -c 'mount -t tmpfs -o size=100k";

    Ended full = shell(mount + " tmpfs \"$SHARDY_ARCHIVE\"" + inIt);
    Ended readOnly = shell(mount + ",ro tmpfs \"$SHARDY_ARCHIVE\"" + inIt);

    assertThat(full.out()).as("no archive, and an empty directory that says so").isEqualTo(NONE);
    assertThat(full.err()).isEmpty();
    assertThat(readOnly.out()).isEqualTo(NONE);
    assertThat(readOnly.err()).startsWith("ls: ").hasLineCount(1);
  }

  @Test
  void noArchiveIsMadeBesideACommandWhoseMemoryIsLimitedUnlessItWaits() throws Exception {
    String group = "shardy-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    String limited =
        """
        for root in /sys/fs/cgroup/memory /sys/fs/cgroup; do
          group=$root/%s
          mkdir -p "$group" || continue
          for limit in memory.max memory.limit_in_bytes; do
            [ ! -f "$group/$limit" ] || { echo 1G >"$group/$limit" && echo $$ >"$group/cgroup.procs" && exec "$@"; }
          done
        done 2>/dev/null
        exit 99
        """
            .formatted(group);
    Path cache = directory.resolve("cache");
    try {
      assumeTrue(shell(limited, "true").code() == 0, "cannot limit the memory of a process");
      String[] archive = {"sh", "-c", SCRIPT, tiny(), jar.toString(), lib.toString()};
      Ended beside =
          shell(Map.of("SHARDY_ARCHIVE", "", "XDG_CACHE_HOME", cache.toString()), limited, archive);
      Ended named = shell(limited, archive);

      assertThat(beside).isEqualTo(new Ended(0, NONE, ""));
      assertThat(cache).doesNotExist();
      assertThat(named.out()).as(named.err()).startsWith("-XX:SharedArchiveFile=" + archives);
    } finally {
      shell("rmdir /sys/fs/cgroup/memory/" + group + " /sys/fs/cgroup/" + group);
    }
  }

  /** The archive that a command would use now. */
  private Path archive(Map<String, String> environment) throws Exception {
    Ended ended = script(environment);
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out()).startsWith("-XX:SharedArchiveFile=");
    return Path.of(ended.out().strip().substring("-XX:SharedArchiveFile=".length()));
  }

  private Ended script(Map<String, String> environment) throws Exception {
    return processes(environment)
        .run(List.of("sh", "-c", SCRIPT, tiny(), jar.toString(), lib.toString()), Map.of());
  }

  private Ended shell(String script, String... args) throws Exception {
    return shell(Map.of(), script, args);
  }

  private Ended shell(Map<String, String> environment, String script, String... args)
      throws Exception {
    List<String> command =
        Stream.concat(Stream.of("sh", "-c", script, "sh"), Stream.of(args)).toList();
    Map<String, String> more =
        Map.of("SCRIPT", SCRIPT, "TINY", tiny(), "JAR", jar.toString(), "LIB", lib.toString());
    return processes(environment).run(command, more);
  }

  private ShardyProcess processes(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(Map.of("SHARDY_ARCHIVE", archives.toString()));
    all.putAll(environment);
    ShardyProcess processes = new ShardyProcess(directory);
    all.forEach(processes::environment);
    return processes;
  }

  /** A script beside {@code bin/shardy}, which need not be there. */
  private static String tiny() {
    return ShardyProcess.SCRIPT.resolveSibling("tiny").toString();
  }

  private static void old(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(62))));
  }

  private static List<String> with(List<String> names, Path archive) {
    return Stream.concat(names.stream(), Stream.of(archive.getFileName().toString())).toList();
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .toList();
    }
  }
}
