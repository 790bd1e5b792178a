package io.shardyfusion.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardyfusion.InvalidRequestException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardingStrategiesTest {

  @TempDir Path directory;

  @Test
  void aStrategyIsFoundByItsNameAsAService() {
    assertThat(ShardingStrategies.named("hash").name()).isEqualTo("hash");
    assertThat(ShardingStrategies.named(ListedSharding.STRATEGY))
        .isInstanceOf(ListedSharding.Strategy.class);
  }

  @Test
  void anUnknownStrategyIsRefusedWithTheModuleToAdd() {
    refused(
        "cel",
        "the sharding strategy 'cel' is unknown here (known: hash, test-listed): no service of"
            + " io.shardyfusion.routing.ShardingStrategy on the class path has that name; add the"
            + " module that has it (shardyfusion-sharding-cel, if it is one of ours), or upgrade"
            + " this software");
    refused(
        "C:\n",
        "'C:\\n' is unknown here (known: hash, test-listed): this is not how a strategy is named");
    refused("x".repeat(5000), "(5000 characters) is unknown here");
  }

  @Test
  void aServiceOfTheContextClassLoaderIsFoundToo() throws IOException {
    assertThatThrownBy(() -> ShardingStrategies.named("test-context"))
        .isInstanceOf(InvalidRequestException.class);

    ShardingStrategy found =
        withServices(OfContext.class.getName(), () -> ShardingStrategies.named("test-context"));

    assertThat(found).isInstanceOf(OfContext.class);
  }

  @Test
  void aServiceThatCannotBeLoadedHidesNoOther() throws IOException {
    String services = "no.such.Strategy\njava.lang.String\n" + OfContext.class.getName();

    assertThat(withServices(services, () -> ShardingStrategies.named("test-context")))
        .isInstanceOf(OfContext.class);
    assertThatThrownBy(() -> withServices(services, () -> ShardingStrategies.named("other")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("could not be loaded: ")
        .hasMessageContaining("no.such.Strategy");
  }

  @Test
  void twoClassesOfOneNameAreRefused() throws IOException {
    String services = OfContext.class.getName() + "\n" + Again.class.getName();

    assertThatThrownBy(() -> withServices(services, () -> ShardingStrategies.named("test-context")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("'test-context' is provided by two classes, ")
        .hasMessageContaining("$OfContext and ")
        .hasMessageContaining("$Again; leave one of their modules out");
  }

  @Test
  void aColumnThatNobodyGivesIsNamed() {
    RoutingColumn column = new RoutingColumn("region", ColumnType.STRING);
    RoutingColumn count = new RoutingColumn("count", ColumnType.LONG);
    RoutingContext context = RoutingContext.of(Map.of("region", "eu", "count", 7));

    assertThat(context.value(column)).isEqualTo("eu");
    assertThat(context.value(count)).isEqualTo(7L);
    assertThat(count.parse("-7")).isEqualTo(-7L);
    assertThatThrownBy(() -> RoutingContext.none().value(column))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "the shard of a key depends on the column 'region', too, of type string, and no value"
                + " is given for it");
    assertThatThrownBy(() -> RoutingContext.of(Map.of("region", 1)).value(column))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "the routing column 'region' is of type string, found a value of java.lang.Integer");
    assertThatThrownBy(() -> count.parse("seven"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("the routing column 'count' is of type long, found 'seven'");
  }

  private <T> T withServices(String classes, Supplier<T> search) throws IOException {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(services.resolve(ShardingStrategy.class.getName()), classes);
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, ShardingStrategy.class.getClassLoader())) {
      thread.setContextClassLoader(loader);
      return search.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static void refused(String name, String why) {
    assertThatThrownBy(() -> ShardingStrategies.named(name))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(why);
  }

  /** A strategy that only a context class loader names. */
  public static class OfContext implements ShardingStrategy {

    @Override
    public String name() {
      return "test-context";
    }

    @Override
    public Sharding read(int numShards, BlockReader block) {
      return new HashSharding(numShards);
    }
  }

  /** Another one of that name. */
  public static final class Again extends OfContext {}
}
