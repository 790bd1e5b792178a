package io.shardyfusion.bulk;

/**
 * The numbers of a build's rows, by what became of them.
 *
 * @param written distinct live keys
 * @param duplicates rows that a later row of the same key replaced, with no delete in between
 * @param deletes rows that delete their key
 */
public record RowCounts(long written, long duplicates, long deletes) {}
