/**
 * The commands that run the job in this process, run and quickstart, and how they show its
 * progress.
 */
@NullMarked
package io.shardyfusion.cli.running;

import org.jspecify.annotations.NullMarked;
