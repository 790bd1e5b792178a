package io.shardyfusion.dataset;

import io.shardyfusion.format.ShardEntry;

/**
 * A shard whose files and descriptor are in the store.
 *
 * @param entry for the manifest
 * @param newBytes of the table files that had to be uploaded
 * @param newFiles the number of table files that had to be uploaded
 */
public record StoredShard(ShardEntry entry, long newBytes, long newFiles) {}
