/**
 * One row: its raw bytes, where it comes from, its place in the order, and how jsonl and csv text
 * becomes a key, a value and an event time. Nothing here opens a file or asks a broker.
 */
@NullMarked
package io.shardyfusion.job.input.rows;

import org.jspecify.annotations.NullMarked;
