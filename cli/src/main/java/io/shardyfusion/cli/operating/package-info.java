/** The commands of those who operate a dataset: info, history, shards, verify. */
@NullMarked
package io.shardyfusion.cli.operating;

import org.jspecify.annotations.NullMarked;
