package io.shardyfusion.flink.publishing;

import io.shardyfusion.ShardyfusionException;
import io.shardyfusion.flink.run.Restarts;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Reads state while Flink restores a job: state that cannot be read ends the job, for a restart
 * would meet it again.
 *
 * @param form of the state
 */
record RestoredState<T>(SimpleVersionedSerializer<T> form) implements SimpleVersionedSerializer<T> {

  @Override
  public int getVersion() {
    return form.getVersion();
  }

  @Override
  public byte[] serialize(T value) throws IOException {
    return form.serialize(value);
  }

  @Override
  public T deserialize(int version, byte[] serialized) throws IOException {
    try {
      return form.deserialize(version, serialized);
    } catch (ShardyfusionException e) {
      throw Restarts.unlessPointless(e);
    }
  }
}
