/**
 * Files as a source: which of them there are, how they are decompressed and cut into raw rows, in
 * ranges where that is possible, and how a continuous job follows a directory. {@link
 * io.shardyfusion.job.input.files.listing} lists; {@link io.shardyfusion.job.input.RowInput} comes
 * in.
 */
@NullMarked
package io.shardyfusion.job.input.files;

import org.jspecify.annotations.NullMarked;
