/**
 * {@code bin/cloud-check}, the operator's check of a deployment: what the store honours, then a
 * write, reads and refreshes under load, with targets and an estimate of the costs. {@link
 * io.shardyfusion.cli.cloudcheck.CloudCheckLine} is the entry; {@code Shardy} alone comes in.
 */
@NullMarked
package io.shardyfusion.cli.cloudcheck;

import org.jspecify.annotations.NullMarked;
