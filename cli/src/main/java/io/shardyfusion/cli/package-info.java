/** The command line. */
@NullMarked
package io.shardyfusion.cli;

import org.jspecify.annotations.NullMarked;
