/**
 * The bulk build of a bounded input: rows are kept in memory pages, sorted by shard, key and order,
 * spilled to local disk as sorted runs where they do not fit, and merged into one stream from which
 * each shard's tables are written. Writers come in.
 */
@NullMarked
package io.shardyfusion.bulk;

import org.jspecify.annotations.NullMarked;
