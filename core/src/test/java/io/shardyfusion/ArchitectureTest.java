package io.shardyfusion;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.shardyfusion.format.Pointer;
import io.shardyfusion.format.PointerParser;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  @Test
  void packagesDoNotDependOnEachOtherInCycles() {
    slices()
        .matching("io.shardyfusion.(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void nothingDependsOnFlink() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.flink..")
        .check(CLASSES);
  }

  @Test
  void nothingListensToTheNetwork() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.net\\.ServerSocket|java\\.nio\\.channels\\..*ServerSocketChannel|com\\.sun\\.net\\.httpserver\\..*")
        .check(CLASSES);
  }

  /** An ambiguous answer is understood there, and nowhere else. */
  @Test
  void thePointerIsWrittenInOnePlace() {
    noClasses()
        .that()
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
