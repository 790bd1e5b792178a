package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.shardyfusion.store.StoreOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine;

/**
 * docker-compose.yml, flink-conf and docs/deploy: what they name exists, they agree with each other
 * and with the build, and their settings and options are known.
 */
final class DeploymentFilesTest {

  private static final Path ROOT = Path.of(System.getProperty("shardyfusion.root"));
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * Options of the plugin, which hands them on to Presto: no class of Flink's core declares them.
   */
  private static final Set<String> OF_THE_PLUGIN = Set.of("s3.endpoint", "s3.path-style-access");

  private final JsonNode compose = withMerges("docker-compose.yml");

  @Test
  void composeFollowsTheComposeSpecification() throws IOException {
    ObjectNode schema =
        (ObjectNode)
            JSON.readTree(
                ROOT.resolve("src-test-resources/compose-spec/compose-spec.json").toFile());
    // A name without a scheme, which the validator takes for no identifier.
    schema.remove("$id");

    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(schema)
                .validate(compose))
        .isEmpty();
  }

  @Test
  void composeHasTheTopologyOfACluster() {
    assertThat(names(compose.get("services")))
        .containsExactlyInAnyOrder(
            "s3", "jobmanager", "taskmanager-1", "taskmanager-2", "quickstart");
    for (JsonNode service : services()) {
      boolean ends = service.has("profiles");
      assertThat(service.path("restart").asText()).isEqualTo(ends ? "" : "unless-stopped");
      assertThat(service.has("healthcheck")).isEqualTo(!ends);
    }
  }

  @Test
  void composeNamesOnlyWhatExists() {
    Set<String> services = new HashSet<>(names(compose.get("services")));
    Set<String> volumes = new HashSet<>(names(compose.get("volumes")));
    for (JsonNode service : services()) {
      service
          .path("depends_on")
          .properties()
          .forEach(
              entry -> {
                assertThat(services).contains(entry.getKey());
                assertThat(entry.getValue().get("condition").asText()).isEqualTo("service_healthy");
              });
      for (JsonNode volume : service.path("volumes")) {
        String source = volume.asText().split(":", -1)[0];
        if (source.startsWith("./")) {
          assertThat(exists(ROOT.resolve(source))).as(source).isTrue();
        } else {
          assertThat(volumes).contains(source);
        }
      }
      for (JsonNode port : service.path("ports")) {
        assertThat(port.asText()).startsWith("127.0.0.1:");
      }
    }
  }

  @Test
  void composeTakesNoVariableFromItsSurroundings() throws IOException {
    String text = Files.readString(ROOT.resolve("docker-compose.yml"));

    // "$$" is a dollar for the shell of the container.
    assertThat(Pattern.compile("(?<!\\$)\\$(?!\\$)").matcher(text.replace("$$", "")).find())
        .isFalse();
    // Those that the image sets, and a shell's own.
    assertThat(Pattern.compile("\\$\\$\\{?([\\w@]+)").matcher(text).results().map(m -> m.group(1)))
        .isNotEmpty()
        .allMatch(Set.of("FLINK_HOME", "0", "@")::contains);
  }

  @Test
  void everyImageIsPinnedAndFlinksIsThatOfTheBuild() throws IOException {
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    String flink = property(pom, "flink.version");
    for (JsonNode service : services()) {
      String image = service.get("image").asText();
      assertThat(image).matches("[\\w./-]+:[\\w.-]*\\d+\\.\\d+\\.\\d+[\\w.-]*");
      if (image.startsWith("flink:")) {
        assertThat(image).isEqualTo("flink:" + flink + "-java17");
        assertThat(service.at("/environment/ENABLE_BUILT_IN_PLUGINS").asText())
            .isEqualTo("flink-s3-fs-presto-" + flink + ".jar");
      } else {
        assertThat(image).endsWith("-" + property(pom, "s3proxy.version"));
      }
    }
    assertThat(Files.readString(ROOT.resolve("docs/deploy/Dockerfile")))
        .contains("FROM flink:" + flink + "-java17\n", "flink-s3-fs-presto-" + flink + ".jar")
        .contains("COPY --chown=flink:flink job/target/shardyfusion-job.jar ");
    assertThat(flinkDeployment().at("/spec/flinkVersion").asText())
        .isEqualTo("v" + flink.substring(0, flink.lastIndexOf('.')).replace('.', '_'));
  }

  @Test
  void composeAndTheSessionClusterAgree() throws IOException {
    Map<String, String> settings = settings("flink-conf/config.yaml");
    JsonNode s3 = compose.at("/services/s3");
    String made = s3.get("entrypoint").get(2).asText();
    for (String key :
        List.of("execution.checkpointing.dir", "execution.checkpointing.savepoint-dir")) {
      assertThat(made).contains("/data/" + URI.create(settings.get(key)).getAuthority());
    }
    URI endpoint = URI.create(settings.get("s3.endpoint"));
    assertThat(endpoint.getHost()).isEqualTo("s3");
    assertThat(s3.at("/environment/S3PROXY_ENDPOINT").asText())
        .isEqualTo("http://0.0.0.0:" + endpoint.getPort());
    assertThat(s3.get("ports").get(0).asText()).endsWith(":" + endpoint.getPort());
    for (String name : List.of("jobmanager", "taskmanager-1", "taskmanager-2", "quickstart")) {
      JsonNode environment = compose.at("/services/" + name + "/environment");
      assertThat(environment.get("AWS_ACCESS_KEY_ID"))
          .isEqualTo(s3.at("/environment/S3PROXY_IDENTITY"));
      assertThat(environment.get("AWS_SECRET_ACCESS_KEY"))
          .isEqualTo(s3.at("/environment/S3PROXY_CREDENTIAL"));
      // The image's start script overwrites the setting with it.
      assertThat(environment.path("JOB_MANAGER_RPC_ADDRESS").asText())
          .as(name)
          .isEqualTo(settings.get("jobmanager.rpc.address"));
    }
    assertThat(settings.get("jobmanager.rpc.address")).isEqualTo("jobmanager");
    assertThat(settings.get("rest.address")).isEqualTo("jobmanager");
    assertThat(compose.at("/services/jobmanager/ports/0").asText())
        .endsWith(":" + settings.get("rest.port"));
    assertThat(compose.at("/services/jobmanager/mem_limit").asText())
        .isEqualTo(settings.get("jobmanager.memory.process.size"));
    assertThat(compose.at("/services/taskmanager-1/mem_limit").asText())
        .isEqualTo(settings.get("taskmanager.memory.process.size"));
  }

  @Test
  void theQuickstartsOptionsAreThoseOfTheJob() {
    List<String> words = words(compose.at("/services/quickstart/command"));
    int jar = words.indexOf("/jobs/shardyfusion-job.jar");

    assertThat(words.subList(0, jar))
        .containsExactly("flink", "run", "--class", SnapshotJob.class.getName());
    SnapshotJobConfig config = parsed(words.subList(jar + 1, words.size()));
    assertThat(config.dataset()).isEqualTo("s3://shardyfusion/cities");
    assertThat(words).contains("--input=/data/dataset/cities.jsonl.gz");
    assertThat(ROOT.resolve("src-test-resources/dataset/cities.jsonl.gz")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"flink-conf/config.yaml", "flink-conf/application.yaml"})
  void everySettingIsAnOptionOfFlink(String file) throws Exception {
    Map<String, String> settings = settings(file);

    assertKnown(settings.keySet());
    assertThat(settings.get("state.backend.type")).isEqualTo("hashmap");
    assertMemory(settings, settings.get("taskmanager.memory.process.size"));
  }

  @Test
  void everyYamlOfFlinkConfIsTested() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("flink-conf"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("config.yaml", "application.yaml");
    }
  }

  @Test
  void theFlinkDeploymentIsOneThatTheJobAndFlinkUnderstand() throws Exception {
    JsonNode spec = flinkDeployment().get("spec");
    Map<String, String> settings = FlinkOptionKeys.flat(spec.get("flinkConfiguration"));

    assertKnown(settings.keySet());
    assertMemory(settings, spec.at("/taskManager/resource/memory").asText());
    assertThat(settings.get("io.tmp.dirs"))
        .isEqualTo(spec.at("/podTemplate/spec/containers/0/volumeMounts/0/mountPath").asText());
    assertThat(settings).containsKeys("high-availability.type", "high-availability.storageDir");
    JsonNode job = spec.get("job");
    assertThat(job.get("entryClass").asText()).isEqualTo(SnapshotJob.class.getName());
    assertThat(Path.of(URI.create(job.get("jarURI").asText()).getPath()).getFileName())
        .hasToString("shardyfusion-job.jar");
    assertThat(job.get("upgradeMode").asText()).isIn("savepoint", "last-state");
    SnapshotJobConfig config = parsed(words(job.get("args")));
    assertThat(config.continuous()).isNotNull();
    assertThat(config.content().sharding().numShards())
        .isGreaterThanOrEqualTo(job.get("parallelism").asInt());
  }

  @ParameterizedTest
  @ValueSource(strings = {"docs/deploy/kubernetes.yaml", "docs/deploy/reader.yaml"})
  void kubernetesObjectsReferToEachOther(String file) throws IOException {
    List<JsonNode> objects = documents(file);
    assertThat(
            objects.get(0).get("kind").asText().equals("Namespace")
                || Files.readString(ROOT.resolve(file))
                    .contains("kubectl create namespace shardyfusion\n"))
        .as("the namespace is made first, or it is said how")
        .isTrue();
    Set<String> accounts = new HashSet<>();
    for (JsonNode object : objects) {
      assertThat(object.get("apiVersion").asText()).isNotEmpty();
      assertThat(object.at("/metadata/name").asText()).isNotEmpty();
      boolean namespace = object.get("kind").asText().equals("Namespace");
      assertThat(object.at(namespace ? "/metadata/name" : "/metadata/namespace").asText())
          .isEqualTo("shardyfusion");
      if (object.get("kind").asText().equals("ServiceAccount")) {
        accounts.add(object.at("/metadata/name").asText());
      }
    }
    JsonNode last = objects.get(objects.size() - 1).get("spec");
    JsonNode pod =
        last.has("podTemplate") ? last.at("/podTemplate/spec") : last.at("/template/spec");
    assertThat(last.path("serviceAccount").asText(pod.path("serviceAccountName").asText()))
        .isIn(accounts);
    List<String> volumes = new ArrayList<>();
    pod.get("volumes").forEach(volume -> volumes.add(volume.get("name").asText()));
    assertThat(volumes).isNotEmpty();
    for (JsonNode mount : pod.at("/containers/0/volumeMounts")) {
      assertThat(volumes).contains(mount.get("name").asText());
    }
    assertThat(Files.readString(ROOT.resolve(file)))
        .doesNotContainPattern("(?m)^ *(value|AWS_SECRET_ACCESS_KEY): *[A-Za-z0-9/+]{30,}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"docs/deploy/kubernetes.yaml", "docs/deploy/reader.yaml"})
  void thePodsHaveNoMoreRightsThanTheyNeed(String file) throws IOException {
    List<JsonNode> objects = documents(file);
    JsonNode last = objects.get(objects.size() - 1).get("spec");
    JsonNode pod =
        last.has("podTemplate") ? last.at("/podTemplate/spec") : last.at("/template/spec");
    JsonNode user = pod.get("securityContext");
    assertThat(user.get("runAsNonRoot").asBoolean()).isTrue();
    assertThat(user.get("fsGroup").asInt()).isEqualTo(user.get("runAsGroup").asInt()).isPositive();
    JsonNode container = pod.at("/containers/0");
    JsonNode rights = container.get("securityContext");
    assertThat(rights.get("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(rights.get("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(rights.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
    // A library is loaded from there; an emptyDir is not noexec.
    assertThat(container.get("volumeMounts"))
        .anyMatch(mount -> mount.get("mountPath").asText().equals("/tmp"));
    assertThat(pod.get("volumes"))
        .anyMatch(volume -> volume.get("name").asText().equals("tmp") && volume.has("emptyDir"));
  }

  @Test
  void theImageHasAUserAndALocale() throws IOException {
    List<String> lines = Files.readAllLines(ROOT.resolve("docs/deploy/Dockerfile"));
    JsonNode user = flinkDeployment().at("/spec/podTemplate/spec/securityContext/runAsUser");

    assertThat(lines).contains("ENV LC_ALL=C.UTF-8");
    assertThat(lines.get(lines.size() - 1))
        .isEqualTo("USER " + user.asText() + ":" + user.asText());
  }

  /** The formula of docs/flink.md. */
  private static void assertMemory(Map<String, String> settings, String process) {
    int slots = Integer.parseInt(settings.get("taskmanager.numberOfTaskSlots"));
    MemorySize overhead = MemorySize.parse(settings.get("taskmanager.memory.jvm-overhead.min"));
    MemorySize managed = MemorySize.parse(settings.get("taskmanager.memory.managed.size"));
    assertThat(overhead.getMebiBytes()).isEqualTo(192 + slots * 160);
    assertThat(settings.get("taskmanager.memory.jvm-overhead.max"))
        .isEqualTo(settings.get("taskmanager.memory.jvm-overhead.min"));
    assertThat(managed.getMebiBytes()).isGreaterThanOrEqualTo(slots * 128);
    // Besides: metaspace 256, network at least 64, Flink's own heap and off-heap 256, some task
    // heap.
    assertThat(MemorySize.parse(process).subtract(overhead).subtract(managed).getMebiBytes())
        .isGreaterThanOrEqualTo(256 + 64 + 256 + 256);
  }

  private static void assertKnown(Set<String> keys) throws Exception {
    Set<String> known = FlinkOptionKeys.declared();
    assertThat(known).hasSizeGreaterThan(300);
    assertThat(keys)
        .isNotEmpty()
        .allSatisfy(key -> assertThat(known.contains(key) || OF_THE_PLUGIN.contains(key)).isTrue());
  }

  /** Fails where the job would refuse its options. */
  private static SnapshotJobConfig parsed(List<String> options) {
    SnapshotJobCommand job = new SnapshotJobCommand();
    new CommandLine(job).parseArgs(options.toArray(new String[0]));
    return job.options.toConfig(job.dataset, StoreOptions.defaults());
  }

  private JsonNode flinkDeployment() throws IOException {
    return documents("docs/deploy/kubernetes.yaml").stream()
        .filter(object -> object.get("kind").asText().equals("FlinkDeployment"))
        .findFirst()
        .orElseThrow();
  }

  private static List<JsonNode> documents(String file) throws IOException {
    YAMLMapper yaml = YAMLMapper.builder().build();
    try (MappingIterator<JsonNode> all =
        yaml.readerFor(new TypeReference<JsonNode>() {}).readValues(ROOT.resolve(file).toFile())) {
      return all.readAll();
    }
  }

  private static Map<String, String> settings(String file) throws IOException {
    return FlinkOptionKeys.flat(YAMLMapper.builder().build().readTree(ROOT.resolve(file).toFile()));
  }

  /** A file with merge keys, which Jackson's parser does not follow. */
  private static JsonNode withMerges(String file) {
    try {
      return JSON.valueToTree(new Yaml().load(Files.readString(ROOT.resolve(file))));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode services() {
    return compose.get("services");
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<String> words(JsonNode array) {
    List<String> words = new ArrayList<>();
    array.forEach(word -> words.add(word.asText()));
    return words;
  }

  /** Whether it is there, or is what the build makes. */
  private static boolean exists(Path path) {
    Path normal = path.normalize();
    return Files.isDirectory(normal)
        || (normal.endsWith("target") && Files.isRegularFile(normal.resolveSibling("pom.xml")));
  }

  private static String property(String pom, String name) {
    int start = pom.indexOf("<" + name + ">") + name.length() + 2;
    return pom.substring(start, pom.indexOf("</" + name + ">"));
  }
}
