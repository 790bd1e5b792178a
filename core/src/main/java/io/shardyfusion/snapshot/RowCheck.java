package io.shardyfusion.snapshot;

import io.shardyfusion.InvalidRequestException;
import io.shardyfusion.format.HexBytes;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.key.Key;
import io.shardyfusion.key.KeyEncoding;
import io.shardyfusion.routing.RoutingContext;
import io.shardyfusion.routing.Sharding;
import io.shardyfusion.shard.RowIterator;
import io.shardyfusion.shard.ShardDatabase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Goes through all rows of one shard: every key is one of the key encoding, larger than the one
 * before, and routed to this shard; their number and the first and last of them are what the
 * descriptor says. Not thread-safe.
 */
final class RowCheck {

  /** A shard that is wrong altogether would have a problem for every row. */
  private static final int MAX_PROBLEMS = 5;

  private final KeyEncoding encoding;
  private final Sharding sharding;

  /** Not where the shard depends on columns, which are not stored. */
  private final boolean routedByKey;

  private final ShardDescriptor descriptor;
  private final List<String> problems = new ArrayList<>();
  private long badRows;
  private long rows;

  RowCheck(KeyEncoding encoding, Sharding sharding, ShardDescriptor descriptor) {
    this.encoding = encoding;
    this.sharding = sharding;
    this.routedByKey = sharding.columns().isEmpty();
    this.descriptor = descriptor;
  }

  /**
   * Checks the rows of the shard's database.
   *
   * @throws io.shardyfusion.DataDamagedException if a row cannot be read
   */
  void run(ShardDatabase database) {
    byte[] first = null;
    byte[] previous = null;
    try (RowIterator row = database.iterate()) {
      for (; row.isValid(); row.next()) {
        byte[] key = row.key();
        row.value();
        check(key, previous);
        rows++;
        first = first == null ? key : first;
        previous = key;
      }
    }
    if (badRows > MAX_PROBLEMS) {
      problems.add(shard() + ": " + (badRows - MAX_PROBLEMS) + " more rows are wrong");
    }
    if (descriptor.rowsExact() && rows != descriptor.rows()) {
      problems.add(
          shard()
              + ": expected "
              + descriptor.rows()
              + " rows as its descriptor says, found "
              + rows);
    }
    checkBound("smallest", descriptor.minKey(), first);
    checkBound("largest", descriptor.maxKey(), previous);
  }

  /** The rows that were read. */
  long rows() {
    return rows;
  }

  /** The problems that were found. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  private void check(byte[] key, byte @Nullable [] previous) {
    if (previous != null && Arrays.compareUnsigned(previous, key) >= 0) {
      bad(key, "comes after " + HexBytes.of(previous) + ", but is not larger");
    }
    try {
      Key decoded = encoding.decode(key);
      if (routedByKey) {
        int shard = sharding.shardOf(decoded, RoutingContext.none());
        if (shard != descriptor.shard()) {
          bad(key, "belongs to shard " + shard);
        }
      }
    } catch (InvalidRequestException e) {
      bad(key, "is no key: " + e.getMessage());
    }
  }

  private void bad(byte[] key, String why) {
    badRows++;
    if (badRows <= MAX_PROBLEMS) {
      problems.add(shard() + ": the stored key " + HexBytes.of(key) + " " + why);
    }
  }

  private void checkBound(String which, @Nullable HexBytes expected, byte @Nullable [] key) {
    HexBytes found = key == null ? null : HexBytes.of(key);
    if ((expected != null || rows == 0) && !Objects.equals(expected, found)) {
      problems.add(
          shard()
              + ": expected the "
              + which
              + " stored key "
              + expected
              + " as its descriptor says, found "
              + found);
    }
  }

  private String shard() {
    return "shard " + descriptor.shard();
  }
}
