package io.shardyfusion.reader;

import io.shardyfusion.StorageException;
import io.shardyfusion.format.Manifest;
import io.shardyfusion.format.PointerEntry;
import io.shardyfusion.format.ShardDescriptor;
import io.shardyfusion.format.ShardEntry;
import io.shardyfusion.reader.cache.FetchPlan;
import java.util.List;
import java.util.Map;

/**
 * All that it takes to serve a version, found out once and handed on: to those who are told of it,
 * to the downloads, and to the shards that are opened.
 *
 * @param entry what the pointer says of the version
 * @param manifest its manifest, proved
 * @param served the shards that are served
 * @param toOpen those of them that shall be open from the start
 * @param descriptors the descriptors, proved, of those of these that are not open yet, by shard
 * @param files the table files of these
 */
record VersionPlan(
    PointerEntry entry,
    Manifest manifest,
    List<ShardEntry> served,
    List<ShardEntry> toOpen,
    Map<Integer, ShardDescriptor> descriptors,
    FetchPlan files) {

  /** The plan as those are told it who use the reader. */
  RefreshPlan summary() {
    return RefreshPlanBuilder.builder()
        .version(entry.version())
        .shards(descriptors.size())
        .filesToFetch(files.missing().size())
        .bytesToFetch(files.space().bytes())
        .bytesCached(files.cachedBytes())
        .diskFreeBytes(files.space().diskFree())
        .cacheFreeBytes(files.space().cacheFree())
        .refusal(files.refusal())
        .build();
  }

  /** The same plan where the room was measured anew. */
  VersionPlan with(FetchPlan measured) {
    return new VersionPlan(entry, manifest, served, toOpen, descriptors, measured);
  }

  /**
   * Checks that there is room.
   *
   * @throws StorageException if there is not
   */
  void requireFit() {
    if (!files.fits()) {
      throw new StorageException("version " + entry.version() + " is refused: " + files.refusal());
    }
  }
}
