package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Projects outside of the tree, with what the guides print and nothing else: they resolve our
 * artifacts from a repository of this build's jars, with each library in the newest version that
 * anything asks for, compile, and run.
 */
final class ConsumerIT {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));
  private static final String VERSION = "0.1.0-SNAPSHOT";
  private static final List<String> ARTIFACTS =
      List.of("core", "reader", "writer", "avro", "testkit", "sink", "job");
  private static final long TIMEOUT_SECONDS = 300;

  @TempDir private Path directory;

  @Test
  void projectsThatCopyTheGuidesResolveCompileAndRun() throws Exception {
    stage();
    project("reader", dependencies("docs/reader.md", "reader"));
    main("reader", "Read", block("README.md", "consumer: read-imports"), readme("read"));
    project("boot", springBoot() + dependencies("docs/reader.md", "reader"));
    main("boot", "Read", block("README.md", "consumer: read-imports"), readme("read"));
    project("writer", dependencies("docs/writer.md", "writer"));
    source("writer", "main", "PublishCities", block("docs/writer.md", "consumer: publish"));
    project("testkit", dependencies("docs/testing.md", "testkit") + JUNIT);
    source("testkit", "test", "CatalogueTest", block("docs/testing.md", "consumer: catalogue"));
    project("sink", dependencies("docs/flink.md", "sink"));
    main("sink", "Write", block("README.md", "consumer: write-imports"), readme("write"));
    project("job", dependencies("docs/flink.md", "sink").replace("fusion-sink", "fusion-job"));
    Files.writeString(directory.resolve("pom.xml"), aggregator());

    maven();

    String cities = directory.resolve("cities").toUri().toString();
    run("writer", "PublishCities", cities);
    assertThat(run("reader", "Read", cities)).isEqualTo("Paris; 2 of 3 are there\n");
    assertThat(run("boot", "Read", cities)).isEqualTo("Paris; 2 of 3 are there\n");
    String published = directory.resolve("published").toUri().toString();
    run("sink", "Write", published);
    assertThat(run("reader", "Read", published)).isEqualTo("Paris; 2 of 3 are there\n");

    assertThat(brought("reader"))
        .containsExactlyInAnyOrder(
            "shardyfusion-core",
            "shardyfusion-reader",
            "bucket4j_jdk17-core",
            "eventstream",
            "hash4j",
            "httpclient5",
            "httpcore5",
            "httpcore5-h2",
            "jackson-annotations",
            "jackson-core",
            "jackson-databind",
            "jspecify",
            "reactive-streams",
            "rocksdbjni",
            "slf4j-api");
    List<String> writers = new ArrayList<>(brought("reader"));
    writers.removeAll(List.of("shardyfusion-reader", "bucket4j_jdk17-core"));
    writers.addAll(List.of("shardyfusion-writer", "fastutil-core"));
    assertThat(brought("writer")).containsExactlyInAnyOrderElementsOf(writers);
    writers.add("shardyfusion-sink");
    assertThat(brought("sink")).containsExactlyInAnyOrderElementsOf(writers);
    writers.addAll(List.of("shardyfusion-job", "picocli", "fastcsv", "zstd-jni"));
    writers.addAll(List.of("shardyfusion-avro", "avro"));
    writers.addAll(List.of("flink-connector-kafka", "kafka-clients", "lz4-java", "snappy-java"));
    writers.addAll(List.of("jackson-datatype-jdk8", "jackson-datatype-jsr310", "commons-lang3"));
    assertThat(brought("job")).containsExactlyInAnyOrderElementsOf(writers);
  }

  /** Those that are no part of the S3 client, as a service or a cluster gets them. */
  private List<String> brought(String project) throws IOException {
    Pattern jar = Pattern.compile("([^/]+?)-\\d[^/]*\\.jar");
    return Files.readString(directory.resolve(project + "/runtime.txt"))
        .lines()
        .flatMap(line -> Stream.of(line.split(File.pathSeparator)))
        .filter(path -> !path.contains("/software/amazon/awssdk/"))
        .flatMap(path -> jar.matcher(path).results().map(found -> found.group(1)))
        .toList();
  }

  private static final String JUNIT =
      """
      <dependency>
        <groupId>org.junit.jupiter</groupId>
        <artifactId>junit-jupiter</artifactId>
        <version>%s</version>
        <scope>test</scope>
      </dependency>
      """
          .formatted(property("junit.version"));

  /** Comes before our versions, as in a service that has it as its parent. */
  private static String springBoot() {
    return block("README.md", "consumer: bom")
        .replace("io.shardyfusion", "org.springframework.boot")
        .replace("shardyfusion-bom", "spring-boot-dependencies")
        .replace(VERSION, "3.5.16");
  }

  private static String dependencies(String page, String name) {
    return block(page, "consumer: " + name);
  }

  /** A repository as deploying makes it; and a local one, empty but for links to what is there. */
  private void stage() throws IOException {
    place("shardyfusion-parent", ROOT.resolve("pom.xml"), "pom");
    place("shardyfusion-bom", ROOT.resolve("bom/pom.xml"), "pom");
    for (String module : ARTIFACTS) {
      String artifact = "shardyfusion-" + module;
      place(artifact, ROOT.resolve(module + "/pom.xml"), "pom");
      place(artifact, ROOT.resolve(module + "/target/" + artifact + "-" + VERSION + ".jar"), "jar");
    }
    Path shared = Path.of(System.getProperty("shardyfusion.local.repository"));
    Path local = Files.createDirectories(directory.resolve("local/io")).getParent();
    link(shared, local, "io");
    link(shared.resolve("io"), local.resolve("io"), "shardyfusion");
  }

  private static void link(Path from, Path to, String butFor) throws IOException {
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        if (!entry.endsWith(butFor)) {
          Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
        }
      }
    }
  }

  private void place(String artifact, Path file, String extension) throws IOException {
    Path version = directory.resolve("staging/io/shardyfusion/" + artifact + "/" + VERSION);
    Files.createDirectories(version);
    Files.copy(file, version.resolve(artifact + "-" + VERSION + "." + extension));
  }

  private void project(String name, String contents) throws IOException {
    String managed = "";
    String dependencies = contents;
    int end = contents.indexOf("</dependencyManagement>");
    if (end >= 0) {
      managed = contents.substring(0, end) + "</dependencyManagement>";
      dependencies = contents.substring(managed.length());
    }
    Path project = Files.createDirectories(directory.resolve(name));
    Files.writeString(
        project.resolve("pom.xml"),
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <parent><groupId>example</groupId><artifactId>all</artifactId><version>1</version></parent>
          <artifactId>%s</artifactId>
          <properties><enforcer.skip>%s</enforcer.skip></properties>
          %s
          <dependencies>%s</dependencies>
        </project>
        """
            .formatted(
                name,
                !managed.isEmpty(), // older versions are what that is about
                managed.isEmpty() ? block("README.md", "consumer: bom") : managed,
                dependencies));
  }

  private void main(String project, String name, String imports, String body) throws IOException {
    source(
        project,
        "main",
        name,
        imports
            + "\npublic class "
            + name
            + " {\n  public record City(long id, String name) {}\n\n"
            + "  public static void main(String[] args) throws Exception {\n"
            + "    String dataset = args[0];\n"
            + body
            + "  }\n}\n");
  }

  private void source(String project, String kind, String name, String text) throws IOException {
    Path sources = directory.resolve(project + "/src/" + kind + "/java");
    Files.createDirectories(sources);
    Files.writeString(sources.resolve(name + ".java"), text);
  }

  private String aggregator() {
    return """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>example</groupId><artifactId>all</artifactId><version>1</version>
          <packaging>pom</packaging>
          <modules>%s</modules>
          <properties>
            <maven.compiler.release>17</maven.compiler.release>
            <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
          </properties>
          <repositories>
            <repository><id>staging</id><url>%s</url></repository>
          </repositories>
          <build><plugins>
            %s<executions><execution><goals><goal>enforce</goal></goals><configuration>
              <rules><requireUpperBoundDeps/></rules>
            </configuration></execution></executions></plugin>
            %s<executions><execution><phase>package</phase><goals><goal>build-classpath</goal></goals>
              <configuration><outputFile>${project.basedir}/test.txt</outputFile></configuration>
            </execution><execution><id>runtime</id><phase>package</phase>
              <goals><goal>build-classpath</goal></goals>
              <configuration><outputFile>${project.basedir}/runtime.txt</outputFile>
                <includeScope>runtime</includeScope></configuration>
            </execution></executions></plugin>
            %s</plugin>%s</plugin>%s</plugin>%s</plugin>
          </plugins></build>
        </project>
        """
        .formatted(
            Stream.of("reader", "boot", "writer", "testkit", "sink", "job")
                .map(name -> "<module>" + name + "</module>")
                .collect(Collectors.joining()),
            directory.resolve("staging").toUri(),
            plugin("enforcer"),
            plugin("dependency"),
            plugin("compiler"),
            plugin("resources"),
            plugin("surefire"),
            plugin("jar"));
  }

  /** In the version that this build has, so that it is there. */
  private static String plugin(String name) {
    String artifact = "<artifactId>maven-" + name + "-plugin</artifactId>";
    Matcher version =
        Pattern.compile(artifact + "\\s*(<version>[^<]+</version>)").matcher(read("pom.xml"));
    assertThat(version.find()).as(name).isTrue();
    return "<plugin>" + artifact + version.group(1);
  }

  private static String property(String name) {
    Matcher value = Pattern.compile("<" + name + ">([^<]+)<").matcher(read("pom.xml"));
    assertThat(value.find()).as(name).isTrue();
    return value.group(1);
  }

  private void maven() throws IOException, InterruptedException {
    boolean offline = "offline=true".equals(System.getProperty("shardyfusion.network"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("shardyfusion.maven"), "bin/mvn").toString());
    if (offline) {
      command.addAll(List.of("-o", "-Daether.offline.protocols=file"));
    }
    command.addAll(List.of("-B", "-ntp", "-q", "-T2", "-Dstyle.color=never"));
    command.add("-Dmaven.repo.local=" + directory.resolve("local"));
    command.add("package");
    Result built = start(command);
    assumeFalse(
        built.out().contains("in offline mode") || built.out().contains("Could not transfer"),
        () -> "not in the local repository, and not fetched as there is no network: " + built);
    assertThat(built.code()).as(built.out()).isZero();
  }

  private String run(String project, String main, String argument)
      throws IOException, InterruptedException {
    Path home = directory.resolve(project);
    String classPath =
        home.resolve("target/classes")
            + File.pathSeparator
            + Files.readString(home.resolve("test.txt"));
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    Result result = start(List.of(java, "-cp", classPath, main, argument));
    assertThat(result.code()).as(main + ": " + result.out()).isZero();
    return result
        .out()
        .lines()
        .filter(l -> !l.startsWith("SLF4J"))
        .map(l -> l + "\n")
        .collect(Collectors.joining());
  }

  private record Result(int code, String out) {}

  private Result start(List<String> command) throws IOException, InterruptedException {
    Path out = directory.resolve("out.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("%s", command).isTrue();
      return new Result(process.exitValue(), Files.readString(out));
    } finally {
      process.destroyForcibly();
    }
  }

  private static String readme(String snippet) {
    return block("README.md", "snippet: " + snippet);
  }

  /** What is printed after a marker. */
  private static String block(String page, String marker) {
    Matcher block =
        Pattern.compile("(?s)<!-- " + Pattern.quote(marker) + " -->\n```\\w+\n(.*?)```\n")
            .matcher(read(page));
    assertThat(block.find()).as(marker + " of " + page).isTrue();
    return block.group(1);
  }

  private static String read(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
