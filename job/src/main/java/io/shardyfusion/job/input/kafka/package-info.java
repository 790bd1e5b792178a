/**
 * A topic of Kafka as a source: where reading begins, whether the topic is still the same one, what
 * its failures mean, and the state that a checkpoint keeps. {@link
 * io.shardyfusion.job.input.RowInput} comes in.
 */
@NullMarked
package io.shardyfusion.job.input.kafka;

import org.jspecify.annotations.NullMarked;
