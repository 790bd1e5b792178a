package io.shardyfusion.testkit;

import java.lang.reflect.Constructor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives JUnit tests a {@link TestDataset} that is closed after them: declare a parameter of that
 * type. One of a test method or {@code @BeforeEach} is the test's own; one of {@code @BeforeAll} is
 * shared by the tests of the class.
 *
 * <pre>{@code
 * @ExtendWith(TestDatasetExtension.class)
 * class CatalogueTest {
 *   @Test
 *   void parisIsFound(TestDataset cities) {
 *     cities.publish(Map.of(2988507L, paris));
 *     assertEquals("Paris", new Catalogue(cities.reader()).name(2988507L));
 *   }
 * }
 * }</pre>
 *
 * <p>Needs JUnit Jupiter 5 or 6, which the test has anyway.
 */
public final class TestDatasetExtension
    implements ParameterResolver, AfterEachCallback, AfterAllCallback {

  private static final Namespace NAMESPACE = Namespace.create(TestDatasetExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    if (parameter.getParameter().getType() != TestDataset.class) {
      return false;
    }
    if (parameter.getDeclaringExecutable() instanceof Constructor) {
      throw new ParameterResolutionException(
          "a TestDataset is a parameter of a test method, @BeforeEach or @BeforeAll, not of a constructor");
    }
    return true;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ExtensionContext.Store store = context.getStore(NAMESPACE);
    TestDataset found = store.get(TestDataset.class, TestDataset.class);
    if (found == null) {
      found = TestDataset.create();
      store.put(TestDataset.class, found);
    }
    return found;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close(context);
  }

  private static void close(ExtensionContext context) {
    @Nullable TestDataset own =
        context.getStore(NAMESPACE).remove(TestDataset.class, TestDataset.class);
    if (own != null) {
      own.close();
    }
  }
}
