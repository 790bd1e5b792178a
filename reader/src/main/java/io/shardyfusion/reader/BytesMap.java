package io.shardyfusion.reader;

import java.nio.ByteBuffer;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map whose keys are arrays that count by their content, not by their identity: what {@link
 * Lookups#multiGet} of binary keys returns. Unmodifiable.
 */
public final class BytesMap<V> extends AbstractMap<byte[], V> {

  private final Map<ByteBuffer, V> entries;

  /** A map of these entries, which are not copied; each buffer wraps a whole array. */
  public BytesMap(Map<ByteBuffer, V> entries) {
    this.entries = entries;
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    return key instanceof byte[] bytes ? entries.get(ByteBuffer.wrap(bytes)) : null;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return key instanceof byte[] bytes && entries.containsKey(ByteBuffer.wrap(bytes));
  }

  @Override
  public Set<Entry<byte[], V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<byte[], V>> iterator() {
        Iterator<Entry<ByteBuffer, V>> all = entries.entrySet().iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return all.hasNext();
          }

          @Override
          public Entry<byte[], V> next() {
            Entry<ByteBuffer, V> next = all.next();
            return Map.entry(next.getKey().array(), next.getValue());
          }
        };
      }

      @Override
      public int size() {
        return entries.size();
      }
    };
  }
}
