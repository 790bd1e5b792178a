package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.flink.ShardyfusionSink;
import io.shardyfusion.store.S3Credentials;
import io.shardyfusion.store.StoreOptions;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class OptionHintsTest {

  @Test
  void aMessageThatNamesSettingsHasTheirOptions() {
    assertThat(OptionHints.in("run again with allowEmpty()"))
        .isEqualTo(
            "run again with allowEmpty() (on the command line allowEmpty() is --allow-empty)");
    assertThat(OptionHints.in("with base(CURRENT), or with takeover() to replace it"))
        .endsWith(
            " (on the command line base(CURRENT) is --base current, takeover() is --takeover)");
    assertThat(OptionHints.in("the store is full")).isEqualTo("the store is full");
  }

  @Test
  void eachLineHasTheOptionsOfItsOwnSettings() {
    assertThat(OptionHints.in("name it with StoreOptions.s3Region\nor wait\nset cache", MORE))
        .hasToString(
            """
            name it with StoreOptions.s3Region (on the command line StoreOptions.s3Region is --s3-region)
            or wait
            set cache (on the command line cache is --cache)\
            """);
  }

  @Test
  void eachIsASettingAndAnOptionOfARun() {
    CommandLine command = new CommandLine(new SnapshotJobCommand());
    OptionHints.OPTIONS.forEach(
        (setting, option) -> {
          assertThat(isSetting(setting)).as(setting).isTrue();
          assertThat(command.getCommandSpec().optionsMap()).containsKey(option.split(" ")[0]);
        });
  }

  private static final Map<String, String> MORE = Map.of("cache", "--cache");

  private static boolean isSetting(String setting) {
    if (setting.equals(StateRecoveryOptions.SAVEPOINT_PATH.key())) {
      return true;
    }
    String name = setting.replaceAll("\\(.*", "");
    String method = name.replaceAll(".*\\.", "");
    Class<?> owner =
        switch (name.substring(0, name.length() - method.length())) {
          case "" -> ShardyfusionSink.class;
          case "StoreOptions." -> StoreOptions.Builder.class;
          case "S3Credentials." -> S3Credentials.class;
          default -> Void.class;
        };
    return Stream.of(owner.getMethods()).map(Method::getName).anyMatch(method::equals);
  }
}
