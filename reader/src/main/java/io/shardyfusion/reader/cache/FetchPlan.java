package io.shardyfusion.reader.cache;

import io.shardyfusion.format.TableFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table files that shards need: which of them are in the cache, which have to be fetched, and
 * whether there is room for these. It holds for the moment at which it was made.
 *
 * @param wanted all of them, each once
 * @param missing those of them that are not in the cache
 * @param space the space that they need, and the space that there is
 * @param refusal why the missing ones do not fit, and what to do about it; null if they fit
 */
public record FetchPlan(
    List<TableFile> wanted,
    List<TableFile> missing,
    SpaceEstimate space,
    @Nullable String refusal) {

  public FetchPlan {
    wanted = List.copyOf(wanted);
    missing = List.copyOf(missing);
  }

  /** Returns whether there is room for what is to be fetched. */
  public boolean fits() {
    return refusal == null;
  }

  /** The bytes of the files that are in the cache. */
  public long cachedBytes() {
    return wanted.stream().mapToLong(TableFile::size).sum() - space.bytes();
  }
}
