package io.shardyfusion.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.cluster.flink.FlinkDistribution;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The jar that is submitted to clusters, beside the jars of Flink's distribution: nothing is in
 * both, nothing is missing, and it is as large as docs/flink.md says.
 */
final class ClusterJarIT {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));
  private static final Path JAR = ROOT.resolve("job/target/shardyfusion-job.jar");
  private static final long MAX_BYTES = 34_000_000;
  private static final String SHADED = "io/shardyfusion/shaded/";

  /**
   * What keeps its name: classes whose names users write into Kafka's settings, connectors of Flink
   * that its distribution has not, and a library that is found from native code by its name.
   */
  private static final List<String> NOT_RELOCATED =
      List.of(
          "io/shardyfusion/",
          "org/apache/kafka/",
          "org/apache/flink/connector/kafka/",
          "org/apache/flink/streaming/connectors/kafka/",
          "org/apache/flink/streaming/util/serialization/JSONKeyValueDeserializationSchema",
          "com/github/luben/zstd/",
          "META-INF/versions/22/com/github/luben/zstd/");

  private static List<? extends ZipEntry> entries = List.of();
  private static List<Path> lib = List.of();

  @BeforeAll
  static void open() throws IOException {
    try (ZipFile jar = new ZipFile(JAR.toFile())) {
      entries = jar.stream().filter(entry -> !entry.isDirectory()).toList();
    }
    FlinkDistribution flink = FlinkDistribution.find();
    System.out.println("Flink from " + flink.origin());
    try (Stream<Path> files = Files.list(flink.lib())) {
      lib = files.filter(file -> file.toString().endsWith(".jar")).toList();
    }
    assertThat(lib).isNotEmpty();
  }

  @AfterAll
  static void close() {
    entries = List.of();
    lib = List.of();
  }

  @Test
  void noClassIsInFlinksLibToo() throws IOException {
    Set<String> ours = new HashSet<>();
    entries.forEach(entry -> ours.add(entry.getName()));

    List<String> both = new ArrayList<>();
    for (Path file : lib) {
      try (ZipFile jar = new ZipFile(file.toFile())) {
        jar.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
            .filter(ours::contains)
            .forEach(name -> both.add(name + " in " + file.getFileName()));
      }
    }

    assertThat(both).isEmpty();
  }

  @Test
  void whatCanBeRelocatedIs() {
    assertThat(entries)
        .extracting(ZipEntry::getName)
        .filteredOn(name -> name.endsWith(".class"))
        .hasSizeGreaterThan(5_000)
        .filteredOn(name -> NOT_RELOCATED.stream().noneMatch(name::startsWith))
        .isEmpty();
    assertThat(entries)
        .extracting(ZipEntry::getName)
        .noneMatch(name -> name.startsWith("org/rocksdb/"))
        .anyMatch(name -> name.startsWith(SHADED + "software/amazon/awssdk/services/s3/"))
        .anyMatch(name -> name.startsWith(SHADED + "software/amazon/awssdk/services/sts/"));
  }

  @Test
  void servicesAreThoseOfWhatIsInTheJar() throws IOException {
    Set<String> classes = new HashSet<>();
    entries.forEach(entry -> classes.add(entry.getName()));
    try (ZipFile jar = new ZipFile(JAR.toFile())) {
      for (ZipEntry entry : entries) {
        String prefix = "META-INF/services/";
        if (entry.getName().startsWith(prefix)) {
          assertThat(classes)
              .as("the service " + entry.getName())
              .contains(classFile(entry.getName().substring(prefix.length())));
          assertThat(lines(jar, entry))
              .as(entry.getName())
              .isNotEmpty()
              .allSatisfy(provider -> assertThat(classes).contains(classFile(provider)));
        }
      }
    }
  }

  @Test
  void theOnlyNativeLibraryIsThatOfZstdOnceAPlatform() {
    List<String> libraries =
        entries.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.matches(".*\\.(so|dll|dylib|jnilib)"))
            .toList();

    assertThat(libraries)
        .allMatch(name -> name.matches("(linux|darwin)/\\w+/libzstd-jni-[\\d.-]+\\.(so|dylib)"));
    assertThat(libraries.stream().map(name -> name.substring(0, name.lastIndexOf('/'))))
        .containsExactlyInAnyOrder(
            "linux/amd64",
            "linux/aarch64",
            "linux/ppc64le",
            "linux/s390x",
            "darwin/x86_64",
            "darwin/aarch64");
  }

  @Test
  void itsSizeIsWhatTheDocumentationSays() throws IOException {
    assertThat(Files.size(JAR)).isLessThan(MAX_BYTES);
    Map<String, Double> megabytes = new TreeMap<>();
    for (ZipEntry entry : entries) {
      megabytes.merge(part(entry.getName()), entry.getCompressedSize() / 1e6, Double::sum);
    }

    Map<String, Double> documented = new TreeMap<>();
    Matcher row =
        Pattern.compile("(?m)^\\| ([\\w' -]+) \\| ([\\d.]+) \\|")
            .matcher(Files.readString(ROOT.resolve("docs/flink.md")));
    while (row.find()) {
      documented.put(row.group(1), Double.valueOf(row.group(2)));
    }

    assertThat(documented.keySet()).as("of " + megabytes).isEqualTo(megabytes.keySet());
    documented.forEach(
        (part, size) ->
            assertThat(megabytes.get(part))
                .as("MB of " + part)
                .isBetween(size * 0.85 - 0.1, size * 1.15 + 0.1));
  }

  @Test
  void kafkasClientsDecompressWithWhatFlinkBrings() throws Exception {
    byte[] text = "one two three ".repeat(500).getBytes(UTF_8);
    try (URLClassLoader cluster = cluster()) {
      Class<?> types = cluster.loadClass("org.apache.kafka.common.record.CompressionType");
      for (Object type : types.getEnumConstants()) {
        assertThat(throughKafka(cluster, types, type, text)).as(type.toString()).isEqualTo(text);
      }
    }
  }

  @Test
  void ourClassesFindAllThatTheyName() throws Exception {
    try (URLClassLoader cluster = cluster()) {
      int found = 0;
      for (ZipEntry entry : entries) {
        String name = entry.getName();
        if (name.startsWith("io/shardyfusion/")
            && !name.startsWith(SHADED)
            && name.endsWith(".class")
            && !name.endsWith("package-info.class")) {
          Class<?> ours =
              Class.forName(
                  name.substring(0, name.length() - ".class".length()).replace('/', '.'),
                  false,
                  cluster);
          assertThat(ours.getDeclaredMethods()).isNotNull();
          assertThat(ours.getClassLoader()).as(name).isSameAs(cluster);
          found++;
        }
      }
      assertThat(found).isGreaterThan(200);
    }
  }

  @Test
  void theSortOfABackfillHasAllItsClasses() throws Exception {
    try (URLClassLoader cluster = cluster()) {
      Class<?> arrays =
          cluster.loadClass("io.shardyfusion.shaded.it.unimi.dsi.fastutil.longs.LongArrays");
      long[] keys = new Random(1).longs(5_000).toArray();
      long[] sorted = keys.clone();
      Arrays.sort(sorted);

      arrays
          .getMethod("radixSort", long[].class, long[].class, int.class, int.class)
          .invoke(null, keys, new long[keys.length], 0, keys.length);

      assertThat(keys).isEqualTo(sorted);
      Class<?> list =
          cluster.loadClass("io.shardyfusion.shaded.it.unimi.dsi.fastutil.longs.LongArrayList");
      Object some = list.getConstructor().newInstance();
      list.getMethod("add", long.class).invoke(some, 3L);
      assertThat(some).hasToString("[3]");
    }
  }

  private static byte[] throughKafka(ClassLoader loader, Class<?> types, Object type, byte[] text)
      throws Exception {
    Class<?> compressions = loader.loadClass("org.apache.kafka.common.compress.Compression");
    Object builder = compressions.getMethod("of", types).invoke(null, type);
    Object compression =
        loader
            .loadClass("org.apache.kafka.common.compress.Compression$Builder")
            .getMethod("build")
            .invoke(builder);
    Class<?> outputs = loader.loadClass("org.apache.kafka.common.utils.ByteBufferOutputStream");
    Object buffer = outputs.getConstructor(int.class).newInstance(64);
    try (OutputStream out =
        (OutputStream)
            compressions
                .getMethod("wrapForOutput", outputs, byte.class)
                .invoke(compression, buffer, (byte) 2)) {
      out.write(text);
    }
    ByteBuffer written = ((ByteBuffer) outputs.getMethod("buffer").invoke(buffer)).duplicate();
    written.flip();
    Class<?> suppliers = loader.loadClass("org.apache.kafka.common.utils.BufferSupplier");
    Object supplier = suppliers.getMethod("create").invoke(null);
    try (InputStream in =
        (InputStream)
            compressions
                .getMethod("wrapForInput", ByteBuffer.class, byte.class, suppliers)
                .invoke(compression, written, (byte) 2, supplier)) {
      return in.readAllBytes();
    }
  }

  /** The jar over Flink's, as on a cluster. */
  private static URLClassLoader cluster() throws IOException {
    List<URL> urls = new ArrayList<>(List.of(JAR.toUri().toURL()));
    for (Path file : lib) {
      urls.add(file.toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  /** The row of the documentation's table that an entry counts in. */
  private static String part(String name) {
    String path = name.startsWith(SHADED) ? name.substring(SHADED.length()) : name;
    if (path.startsWith("org/apache/kafka/") || path.startsWith("kafka/")) {
      return "Kafka clients";
    } else if (path.startsWith("org/apache/flink/")) {
      return "Flink's Kafka connector";
    } else if (path.startsWith("software/amazon/")) {
      return "AWS SDK";
    } else if (path.startsWith("org/apache/hc/") || path.startsWith("org/publicsuffix/")) {
      return "Apache HTTP client";
    } else if (path.startsWith("com/fasterxml/")) {
      return "Jackson";
    } else if (path.contains("zstd")) {
      return "zstd-jni";
    } else if (path.startsWith("it/unimi/")) {
      return "fastutil";
    } else if (path.startsWith("io/shardyfusion/")) {
      return "shardyfusion";
    } else if (path.startsWith("org/apache/avro/")) {
      return "Avro";
    } else if (path.startsWith("com/dynatrace/")) {
      return "hash4j";
    }
    return "other";
  }

  private static String classFile(String name) {
    return name.replace('.', '/') + ".class";
  }

  private static List<String> lines(ZipFile jar, ZipEntry entry) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(jar.getInputStream(entry), UTF_8))) {
      return reader
          .lines()
          .map(String::trim)
          .filter(l -> !l.isEmpty() && !l.startsWith("#"))
          .toList();
    }
  }
}
