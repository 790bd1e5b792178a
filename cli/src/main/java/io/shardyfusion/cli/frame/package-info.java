/**
 * The frame of every command: global options and where their defaults come from, the terminal, the
 * dataset that is opened, failures as exit codes and messages, signals.
 */
@NullMarked
package io.shardyfusion.cli.frame;

import org.jspecify.annotations.NullMarked;
