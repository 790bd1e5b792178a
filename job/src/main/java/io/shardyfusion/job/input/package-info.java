/**
 * The input side of the job: from files of rows to rows that know their shard and their place in
 * the order.
 *
 * <p>{@link io.shardyfusion.job.input.options.InputOptions} says what to read, {@link
 * io.shardyfusion.job.input.files.InputFiles} finds the files, {@link
 * io.shardyfusion.job.input.RowInput} makes the stream. A source cuts files into raw rows, or takes
 * records from Kafka as such, and one operator, chained to it, parses them.
 *
 * <p>In a batch the result never depends on the parallelism or on how files were split: each row
 * carries its file's place in path order and its own place in the file. In a stream the order is
 * that of arrival, and a file is never split.
 */
@NullMarked
package io.shardyfusion.job.input;

import org.jspecify.annotations.NullMarked;
