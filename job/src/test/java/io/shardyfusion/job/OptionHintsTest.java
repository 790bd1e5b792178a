package io.shardyfusion.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardyfusion.flink.ShardyfusionSink;
import java.lang.reflect.Method;
import java.util.stream.Stream;
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
  void eachIsASettingOfTheSinkAndAnOptionOfARun() {
    CommandLine command = new CommandLine(new SnapshotJobCommand());
    OptionHints.OPTIONS.forEach(
        (setting, option) -> {
          assertThat(Stream.of(ShardyfusionSink.class.getMethods()).map(Method::getName))
              .contains(setting.replaceAll("\\(.*", ""));
          assertThat(command.getCommandSpec().optionsMap()).containsKey(option.split(" ")[0]);
        });
  }
}
