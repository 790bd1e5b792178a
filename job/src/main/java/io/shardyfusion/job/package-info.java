/** The snapshot job and its connectors. */
@NullMarked
package io.shardyfusion.job;

import org.jspecify.annotations.NullMarked;
