package io.shardyfusion.format;

import io.shardyfusion.DataDamagedException;
import io.shardyfusion.routing.BlockReader;
import java.util.List;
import java.util.Set;

/** A strategy's view of its block, so that it needs to know neither JSON nor its library. */
record JsonBlockReader(JsonFields fields) implements BlockReader {

  @Override
  public Set<String> names() {
    return fields.names();
  }

  @Override
  public boolean has(String name) {
    return fields.names().contains(name);
  }

  @Override
  public String text(String name) {
    return fields.text(name);
  }

  @Override
  public long integer(String name) {
    return fields.integer(name);
  }

  @Override
  public boolean flag(String name) {
    return fields.flag(name);
  }

  @Override
  public List<String> texts(String name, int most) {
    return fields.textList(name, most);
  }

  @Override
  public List<Long> integers(String name, int most) {
    return fields.integerList(name, most);
  }

  @Override
  public BlockReader object(String name) {
    return fields.object(name, JsonBlockReader::new);
  }

  @Override
  public DataDamagedException damaged(String name, String problem) {
    return fields.damaged(name, problem);
  }
}
