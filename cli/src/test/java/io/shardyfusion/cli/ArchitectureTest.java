package io.shardyfusion.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules that hold the rooms of all modules apart; here, as no module sees more of them. */
class ArchitectureTest {

  /** Those of the product that this one sees. */
  private static final List<String> MODULES =
      List.of("core", "reader", "writer", "avro", "sink", "job", "cli");

  private static final int MAX_FILES = 30;
  private static final int MAX_PARAMETERS = 7;

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPaths(MODULES.stream().map(m -> Path.of("..", m, "target", "classes")).toList());

  private static final String[] WITHOUT_FLINK = {
    "io.shardyfusion",
    "io.shardyfusion.bulk..",
    "io.shardyfusion.dataset..",
    "io.shardyfusion.format..",
    "io.shardyfusion.key..",
    "io.shardyfusion.lifecycle..",
    "io.shardyfusion.machine..",
    "io.shardyfusion.pointer..",
    "io.shardyfusion.reader..",
    "io.shardyfusion.routing..",
    "io.shardyfusion.schema..",
    "io.shardyfusion.avro..",
    "io.shardyfusion.shard..",
    "io.shardyfusion.snapshot..",
    "io.shardyfusion.store..",
    "io.shardyfusion.surroundings..",
    "io.shardyfusion.run..",
    "io.shardyfusion.temporary..",
    "io.shardyfusion.writer.."
  };

  @Test
  void packagesDoNotDependOnEachOtherInCycles() {
    slices().matching("io.shardyfusion.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void coreAndReaderDoNotDependOnFlinkOrOnTheModulesAboveThem() {
    noClasses()
        .that()
        .resideInAnyPackage(WITHOUT_FLINK)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.flink..",
            "io.shardyfusion.flink..",
            "io.shardyfusion.job..",
            "io.shardyfusion.cli..")
        .check(CLASSES);
  }

  @Test
  void coreAndReaderDoNotListenToTheNetwork() {
    noClasses()
        .that()
        .resideInAnyPackage(WITHOUT_FLINK)
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.net\\.ServerSocket|java\\.nio\\.channels\\..*ServerSocketChannel|com\\.sun\\.net\\.httpserver\\..*")
        .check(CLASSES);
  }

  @Test
  void theSinkKnowsNeitherACommandLineNorAnInput() {
    noClasses()
        .that()
        .resideInAPackage("io.shardyfusion.flink..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "picocli..",
            "de.siegmar..",
            "org.apache.kafka..",
            "org.apache.flink.connector.kafka..",
            "com.github.luben..",
            "io.shardyfusion.job..",
            "io.shardyfusion.cli..")
        .check(CLASSES);
  }

  @Test
  void eachRoomIsEnteredByItsDoor() {
    onlyFrom("io.shardyfusion.store.s3", "io.shardyfusion.store.open");
    onlyFrom("io.shardyfusion.store.local", "io.shardyfusion.store.open");
    onlyFrom("io.shardyfusion.shard.rocksdb", "io.shardyfusion.shard");
    onlyFrom("io.shardyfusion.reader.cache", "io.shardyfusion.reader");
    onlyFrom("io.shardyfusion.flink.publishing", "io.shardyfusion.flink", "io.shardyfusion.job");
    onlyFrom("io.shardyfusion.flink.writing", "io.shardyfusion.flink");
    onlyFrom("io.shardyfusion.job.input.rows", "io.shardyfusion.job.input..");
    onlyFrom("io.shardyfusion.job.input.kafka", "io.shardyfusion.job.input", "io.shardyfusion.job");
    onlyFrom("io.shardyfusion.cli.cloudcheck", "io.shardyfusion.cli");
    onlyFrom("io.shardyfusion.cli.measuring", "io.shardyfusion.cli.cloudcheck");
  }

  /** Only {@code doors} use {@code room}. */
  private static void onlyFrom(String room, String... doors) {
    String[] inside = Stream.concat(Stream.of(room), Stream.of(doors)).toArray(String[]::new);
    noClasses()
        .that()
        .resideOutsideOfPackages(inside)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(room)
        .because("only " + String.join(" and ", doors) + " use it")
        .check(CLASSES);
  }

  @Test
  void onlyTheS3StoreKnowsItsClient() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.shardyfusion.store.s3")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "software.amazon.awssdk.services..",
            "software.amazon.awssdk.core..",
            "software.amazon.awssdk.http..",
            "software.amazon.awssdk.auth..")
        .check(CLASSES);
  }

  @Test
  void onlyShardsKnowRocksDb() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.shardyfusion.shard..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.rocksdb..")
        .check(CLASSES);
  }

  /**
   * Records that mirror a document are wide; generated builders, and they themselves, make them.
   */
  @Test
  void whatHasManyPartsIsBuiltByName() {
    noClasses()
        .that()
        .haveNameNotMatching(".*Builder(\\$With)?")
        .should()
        .callConstructorWhere(
            describe(
                "one of ours, of another class, takes more than " + MAX_PARAMETERS + " parameters",
                call ->
                    call.getTargetOwner().getPackageName().startsWith("io.shardyfusion")
                        && !call.getOriginOwner().equals(call.getTargetOwner())
                        && call.getTarget().getRawParameterTypes().size() > MAX_PARAMETERS))
        .check(CLASSES);
  }

  /** An ambiguous answer is understood there, and nowhere else. */
  @Test
  void thePointerIsWrittenInOnePlace() {
    noClasses()
        .that()
        .resideInAnyPackage("io.shardyfusion.pointer..", "io.shardyfusion.flink..")
        .and()
        .doNotHaveSimpleName("PointerSwap")
        .should()
        .callMethod(PointerParser.class, "toJson", Pointer.class)
        .check(CLASSES);
  }

  /** See RocksDbLibrary: elsewhere a failure would be remembered for ever. */
  @Test
  void rocksDbsLibraryIsLoadedInOnePlace() {
    noClasses()
        .that()
        .doNotHaveSimpleName("RocksDbLibrary")
        .should()
        .callMethodWhere(
            target(nameMatching("loadLibrary")).and(target(owner(resideInAPackage("org.rocksdb")))))
        .check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() {
    classes().should(beInANullMarkedPackage()).check(CLASSES);
  }

  @Test
  void aPackageBelongsToOneModuleAndIsSmallOrSaysWhyNot() throws IOException {
    Map<String, Path> modules = new TreeMap<>();
    for (Path module : allModules()) {
      Path root = module.resolve("src/main/java");
      try (Stream<Path> files = Files.walk(root)) {
        for (Path directory : files.filter(Files::isDirectory).toList()) {
          long count = sources(directory);
          if (count > 0) {
            String name = root.relativize(directory).toString();
            assertThat(modules.put(name, module)).as("modules with %s", name).isNull();
            if (count > MAX_FILES) {
              assertThat(directory.resolve("package-info.java"))
                  .content()
                  .contains("<b>Its size.</b>");
            }
          }
        }
      }
    }
    assertThat(modules)
        .containsKeys(
            "io/shardyfusion/key", "io/shardyfusion/reader", "io/shardyfusion/benchmarks");
  }

  /** The directories of all modules with code, also those that are neither seen nor deployed. */
  private static List<Path> allModules() throws IOException {
    try (Stream<Path> directories = Files.list(Path.of(".."))) {
      return directories.filter(d -> Files.isDirectory(d.resolve("src/main/java"))).toList();
    }
  }

  private static long sources(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(".java")).count() - 1;
    }
  }

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a package annotated @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
          events.add(
              SimpleConditionEvent.violated(
                  type, type.getPackageName() + " has no @NullMarked package-info.java"));
        }
      }
    };
  }
}
