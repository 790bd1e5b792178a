/**
 * The record of a run while it lives: its lease, which a thread renews, and the names of what it
 * counts. Writers come in.
 */
@NullMarked
package io.shardyfusion.run;

import org.jspecify.annotations.NullMarked;
