package io.shardyfusion.run;

import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.ShardingParser;
import io.shardyfusion.format.TableProfile;
import io.shardyfusion.format.ValueFormat;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.Sharding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The changes that a run would make to a dataset besides its rows, against the version that is
 * current when the run begins, and what that costs those who read it.
 */
public record ShapeChange(
    Sharding sharding, KeyEncoding keyEncoding, ValueFormat valueFormat, TableProfile profile) {

  /**
   * One sentence, or empty where nothing changes.
   *
   * @param version the number of the current version
   * @param isStreaming whether the run may go on with the tables that are there
   */
  public Optional<String> against(long version, Manifest current, boolean isStreaming) {
    List<String> changes = new ArrayList<>();
    add(changes, "sharding", current.sharding().strategy(), sharding.strategy());
    add(changes, "shards", current.sharding().numShards(), sharding.numShards());
    if (changes.isEmpty() && !current.sharding().equals(sharding)) {
      changes.add(
          ShardingParser.describe(current.sharding()) + " to " + ShardingParser.describe(sharding));
    }
    add(changes, "key encoding", current.keyEncoding().externalName(), keyEncoding.externalName());
    boolean isAnew = !isStreaming || !changes.isEmpty();
    add(changes, "profile", current.engine().profile(), profile.externalName());
    boolean areTablesOthers = !changes.isEmpty();
    add(changes, "value format", current.valueFormat().externalName(), valueFormat.externalName());
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "this run changes what version %s has: %s; %s"
            .formatted(
                version,
                String.join(", ", changes),
                String.join("; ", costs(version, current, isAnew, areTablesOthers))));
  }

  private static void add(List<String> changes, String what, Object before, Object after) {
    if (!before.equals(after)) {
      changes.add("%s %s to %s".formatted(what, before, after));
    }
  }

  private List<String> costs(
      long version, Manifest current, boolean isAnew, boolean areTablesOthers) {
    List<String> costs = new ArrayList<>();
    if (keyEncoding.type() != current.keyEncoding().type()) {
      costs.add(
          """
          readers that are open stay at version %s, whose keys are of type %s; open others \
          for keys of type %s"""
              .formatted(
                  version,
                  current.keyEncoding().type().externalName(),
                  keyEncoding.type().externalName()));
    }
    if (!isAnew) {
      costs.add(
          "only files written from now on have it; those that are there stay until they are rewritten");
    } else if (areTablesOthers) {
      costs.add(
          "no file is shared with what is there: all are uploaded, and every reader downloads the whole dataset anew");
    } else {
      costs.add("shards whose values differ are uploaded, and every reader downloads them anew");
    }
    if (valueFormat != current.valueFormat()) {
      costs.add("whoever decodes values must know both forms");
    }
    return costs;
  }
}
